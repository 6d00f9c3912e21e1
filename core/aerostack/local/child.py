"""One service in a process of its own, with its log in a file. It ends when its supervisor does, however that ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from aerostack.errors import AerostackError

#: Seconds that a service has to answer after its start, and to end when asked to.
_START = 60.0
_STOP = 15.0

_LAST_LINES = 8


class Child:
    """A running service. ``arguments`` are those of ``aerostack.cli.service``; secrets go through ``environ``.

    ``held`` is a descriptor that it keeps open for as long as it lives.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], *, environ: Mapping[str, str], log: Path, held: int
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as sink:
            log.chmod(0o600)
            self._begin = sink.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "aerostack.cli.service", *arguments],
                env=dict(environ),
                # Nothing is ever written to it: that it ends tells the service that we have.
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                pass_fds=(held,),
            )

    def wait_until_ready(self, url: str) -> None:
        """Wait until ``url`` answers. Raises ``AerostackError`` with what the service said when it does not."""
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise self.failure("did not start")
            if _answers(url):
                return
            time.sleep(0.05)
        raise self.failure(f"does not answer after {_START:g} seconds")

    def failure(self, what: str) -> AerostackError:
        """The error for a service that is not as it should be."""
        with self.log.open("rb") as file:
            file.seek(self._begin)
            said = file.read().decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        lines = "".join(f"\n  {line}" for line in said)
        return AerostackError(f"the {self.name} {what}{lines}", hint=f"see {self.log}", code="service_failed")

    def stop(self) -> None:
        """Ask it to end, and end it with all that it started if it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=_STOP)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def end_with_supervisor() -> None:
    """For a service: ask this process to end, as SIGTERM does, when the supervisor that started it has."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="supervisor", daemon=True).start()


def _answers(url: str) -> bool:
    """Whether an address of this machine answers, with anything but a failure of its own.

    By hand: an HTTP library would stay in the memory of the supervisor, which has to be small.
    """
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    try:
        with socket.create_connection((name, int(port)), timeout=5) as connection:
            connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            status = connection.recv(64).split(b" ")
            return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500
    except OSError:
        return False
