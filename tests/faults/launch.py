"""Starting the command line: as its users do, or from a process that has loaded it already."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.conftest import AEROSTACK, ROOT
from tests.faults import local

NOTHING = Path(os.devnull)


class Process:
    """A command that runs. ``pid`` is its number, and that of its session."""

    def __init__(self, pid: int, stdout: int, stderr: int, ended: Callable[[], int]) -> None:
        self.pid = pid
        self._streams = (stdout, stderr)
        self._ended = ended

    def communicate(self, timeout: float) -> tuple[str, str, int]:
        """Both streams and the exit status, negative for a signal. Raises ``TimeoutError`` after so many seconds of
        silence, and ends the process then.
        """
        texts = {stream: bytearray() for stream in self._streams}
        with selectors.DefaultSelector() as selector:
            for stream in self._streams:
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(timeout)
                if not ready:
                    os.killpg(self.pid, signal.SIGKILL)
                    raise TimeoutError(f"the command has said nothing for {timeout} s")
                for key, _ in ready:
                    piece = os.read(key.fd, 65536)
                    texts[key.fd] += piece
                    if not piece:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        out, err = (bytes(text).decode() for text in texts.values())
        return out, err, self._ended()


class Launcher(Protocol):
    """Starts the command line."""

    def start(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: Path = NOTHING) -> Process:
        """Run it with these arguments, in a session of its own; it reads ``stdin``."""


#: Runs what the installed program runs, after this process was told what to do to itself.
_SUFFERING = f"""
import os, sys
sys.path[0] = {str(ROOT)!r}
from tests.faults import local
sys.argv[0] = "aerostack"
local.suffer(os.environ)
from aerostack.__main__ import program
program()
"""


class Cold:
    """Starts a program, by default the installed one."""

    def __init__(self, program: Sequence[str] = (str(AEROSTACK),)) -> None:
        self._program = program

    def start(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: Path = NOTHING) -> Process:
        program = [sys.executable, "-c", _SUFFERING] if local.VARIABLE in env else self._program
        with stdin.open() as given:
            process = subprocess.Popen(
                [*program, *argv],
                cwd=cwd,
                env=dict(env),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        assert process.stdout is not None and process.stderr is not None
        streams = os.dup(process.stdout.fileno()), os.dup(process.stderr.fileno())
        process.stdout.close()
        process.stderr.close()
        return Process(process.pid, *streams, process.wait)


class Warm:
    """Starts processes that are forked from the one that listens at ``address``."""

    def __init__(self, address: Path) -> None:
        self._address = str(address)

    def start(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: Path = NOTHING) -> Process:
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        keeper = socket.socket(socket.AF_UNIX)
        keeper.connect(self._address)
        wanted = json.dumps({"argv": list(argv), "cwd": str(cwd), "env": dict(env), "stdin": str(stdin)}).encode()
        socket.send_fds(keeper, [len(wanted).to_bytes(4, "big")], [out_end, err_end])
        keeper.sendall(wanted)
        os.close(out_end)
        os.close(err_end)
        told = keeper.makefile("r")

        def ended() -> int:
            with keeper, told:
                return int(told.readline())

        return Process(int(told.readline()), out, err, ended)


def end_all(folder: Path) -> None:
    """End what works on something in ``folder``: what a killed command started, where the kernel does not end it."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may have ended by itself
            if f"{folder}/".encode() in place.read_bytes():
                os.kill(int(place.parent.name), signal.SIGKILL)


def command_lines(pid: int) -> list[bytes]:
    """What a process, and all that descend from it, were called with; nothing of those that have ended."""
    found = []
    with contextlib.suppress(OSError):
        place = Path("/proc") / str(pid)
        found.append((place / "cmdline").read_bytes())
        for children in place.glob("task/*/children"):
            for child in children.read_text().split():
                found += command_lines(int(child))
    return found


@contextlib.contextmanager
def launcher(environ: Mapping[str, str]) -> Iterator[Launcher]:
    """The fast one; with ``FAULTS=cold`` the one that starts as users do."""
    if os.environ.get("FAULTS") == "cold":
        yield Cold()
        return
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        address = Path(folder) / "socket"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.warm", str(address)],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            try:
                yield Warm(address)
            finally:
                process.kill()
