"""The programs that one run starts, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from aerostack.errors import CommandError, CommandTimeoutError, MissingExecutableError
from aerostack.model import CommandResult
from aerostack.redact import is_secret_name

#: A program that may take more seconds than this, such as a build of the user's, is worth its being bound to us.
_SHORT = 600.0
_PR_SET_PDEATHSIG = 1
# Enough of what a program said to explain its failure.
_REMEMBERED = 1000
# A stream ends when its last writer does; a program that left the session may live on.
_LAST_WORDS = 2.0


class Programs:
    """Starts programs, each in a session of its own; after ``end`` none of them runs any more, and none is started.

    What the user set is passed on to them, but no credential of ours.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value for name, value in environ.items() if not _is_ours(name)}
        self._running: set[subprocess.Popen[str]] | None = set()
        self._starting = threading.Lock()

    def end(self) -> None:
        """End every program that still runs, with all that it started."""
        with self._starting:
            running, self._running = self._running or set(), None
        for process in running:
            _kill(process)

    def run(
        self, argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str | None] | None, timeout: float
    ) -> CommandResult:
        """Run a program and wait for it, at most ``timeout`` seconds. Raises ``CommandError``."""
        process = self._start(argv, cwd, env, bound=timeout > _SHORT)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException as error:
            _kill(process)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise _too_slow(argv, timeout) from None
            raise
        finally:
            self._forget(process)
        return CommandResult(argv=tuple(argv), status=process.returncode, stdout=stdout, stderr=stderr)

    def stream(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None,
        env: Mapping[str, str | None] | None,
        timeout: float,
        said: Callable[[str], None],
    ) -> CommandResult:
        """As ``run``, and call ``said`` with each line when it comes, from two threads.

        Only the last 1000 lines of each stream are in the result.
        """
        process = self._start(argv, cwd, env, bound=True)
        assert process.stdout is not None and process.stderr is not None
        out, err = _Reader(process.stdout, said), _Reader(process.stderr, said)
        try:
            process.wait(timeout=timeout)
        except BaseException as error:
            _kill(process)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise _too_slow(argv, timeout) from None
            raise
        finally:
            # What it started may hold the streams open, but nobody waits for that.
            _kill(process)
            texts = out.text(), err.text()
            self._forget(process)
        return CommandResult(argv=tuple(argv), status=process.returncode, stdout=texts[0], stderr=texts[1])

    def _forget(self, process: subprocess.Popen[str]) -> None:
        with self._starting:
            if self._running is not None:
                self._running.discard(process)

    def _start(
        self, argv: Sequence[str], cwd: Path | None, env: Mapping[str, str | None] | None, *, bound: bool = False
    ) -> subprocess.Popen[str]:
        """Start it; one that is ``bound`` dies with us, also when we are killed. That costs some milliseconds."""
        program = Path(argv[0]).name
        environment: Mapping[str, str | None] = {**self._environ, **(env or {})}
        with self._starting:
            if self._running is None:
                raise CommandError(f"`{program}` is not run any more: the deploy is over", argv=tuple(argv))
            try:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env={name: value for name, value in environment.items() if value is not None},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                    preexec_fn=_bound() if bound else None,
                )
            except FileNotFoundError as error:
                if Path(argv[0]).is_file():
                    import shlex

                    raise CommandError(
                        f"`{program}` cannot be run: there is no such program as its first line names",
                        argv=tuple(argv),
                        hint=f"see what it is: head -1 {shlex.quote(str(argv[0]))}",
                    ) from error
                raise MissingExecutableError(
                    f"the program `{program}` is not on this machine", argv=tuple(argv), hint=f"install {program}"
                ) from error
            except OSError as error:
                raise CommandError(f"`{program}` cannot be run: {error.strerror or error}", argv=tuple(argv)) from error
            self._running.add(process)
            return process


class _Reader:
    """Reads one stream to its end, in a thread."""

    def __init__(self, stream: IO[str], said: Callable[[str], None]) -> None:
        self._lines: deque[str] = deque(maxlen=_REMEMBERED)
        self._stream = stream
        self._said = said
        self._thread = threading.Thread(target=self._read, name="output", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """What was read. To be called when the program has ended."""
        self._thread.join(timeout=_LAST_WORDS)
        return "\n".join(self._lines)

    def _read(self) -> None:
        with self._stream:
            for line in self._stream:
                line = line.rstrip("\r\n")
                self._lines.append(line)
                self._said(line)


def _too_slow(argv: Sequence[str], timeout: float) -> CommandTimeoutError:
    return CommandTimeoutError(f"`{Path(argv[0]).name}` did not finish within {timeout:g} seconds", argv=tuple(argv))


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _bound() -> Callable[[], None] | None:
    """Have the kernel kill the child when the thread that starts it, and waits for it, ends in whatever way."""
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask


def _is_ours(name: str) -> bool:
    """Whether a variable is a credential that no program we start may see unless it is given to it on purpose."""
    return name.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_", "AEROSTACK_")) and is_secret_name(name)
