"""One workerd process: started, heard, ended. It never outlives us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from aerostack_edge.model import StartupError
from aerostack_edge.runtime import console
from aerostack_edge.runtime.console import Line

#: workerd has no limit of its own for code that never gets to the end of its modules.
STARTUP_SECONDS = 15.0

_PR_SET_PDEATHSIG = 1
_LONGEST_LINE = 256 * 1024
_KEPT_LINES = 50


class Process:
    """A running workerd. ``ended`` is set once it has ended and been heard; ``started`` is a monotonic time.

    ``exceeded`` says which limit it was ended for, as the end of a sentence; empty if for none.
    """

    def __init__(self, popen: subprocess.Popen[bytes], log: Callable[[Line], None]) -> None:
        self.pid = popen.pid
        self.started = time.monotonic()
        self.ended = asyncio.Event()
        self.status: int | None = None
        self.exceeded = ""
        self._popen = popen
        self._log = log
        self._lines: list[Line] | None = []
        self._listening = asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def start(
        cls,
        workerd: Path,
        config: Path,
        *,
        sockets: int,
        environ: Mapping[str, str],
        log: Callable[[Line], None],
        options: tuple[str, ...] = (),
        inherited: tuple[int, ...] = (),
        within: float = STARTUP_SECONDS,
        memory: int | None = None,
    ) -> Process:
        """Run the configuration and return when all ``sockets`` are listening, which is after top-level code ran.

        ``options`` are more of workerd's options, ``inherited`` file descriptors that they name; the kernel lets it
        have ``memory`` MiB of its own.
        Raises ``StartupError`` with workerd's reason when it ends before, and after ``within`` seconds.
        """
        said, says = os.pipe()
        try:
            popen = subprocess.Popen(
                [workerd, "serve", "-I/", f"--control-fd={says}", *options, config],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Nothing of our environment: it may hold the user's tokens.
                env={"TZ": "UTC", **environ},
                pass_fds=(says, *inherited),
                start_new_session=True,
                preexec_fn=_confined(memory),
            )
        except (OSError, ValueError) as error:
            os.close(said)
            why = error.strerror if isinstance(error, OSError) else "a secret holds a NUL character"
            raise StartupError(f"the process cannot be started: {why}") from error
        finally:
            os.close(says)
        process = cls(popen, log)
        try:
            await process._hear(said)
            await process._settle(sockets, within)
        except BaseException:
            await process.kill()
            raise
        return process

    async def stop(self, grace: float) -> None:
        """Ask it to finish what it is doing and end, for ``grace`` seconds; then kill it."""
        if not self.ended.is_set():
            self._signal(signal.SIGTERM)
            await self.gone(grace)
        await self.kill()

    async def gone(self, within: float) -> bool:
        """Whether it has ended, or does so within that many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), within)
        return self.ended.is_set()

    async def end(self, exceeded: str) -> None:
        """End it for passing a limit."""
        self.exceeded = exceeded
        await self.kill()

    @property
    def why(self) -> str:
        """Why it ended, as the end of a sentence."""
        return f"{self.exceeded} and was ended" if self.exceeded else f"ended with status {self.status}"

    async def kill(self) -> None:
        """End it now. Returns when it has ended and all it said is logged."""
        if not self.ended.is_set():
            self._signal(signal.SIGKILL)
        await asyncio.gather(*self._tasks)

    def _signal(self, number: signal.Signals) -> None:
        # Only while it is not reaped: afterwards the number may belong to somebody else.
        if self._popen.poll() is None:
            os.killpg(self.pid, number)

    async def _hear(self, control: int) -> None:
        """Follow its pipes. No thread, no child watcher: the control pipe closes when the process ends."""
        assert self._popen.stdout is not None
        for follow, pipe in (
            (self._output, self._popen.stdout),
            (self._control, os.fdopen(control, "rb", 0)),
        ):
            reader = asyncio.StreamReader(limit=_LONGEST_LINE)
            protocol = asyncio.StreamReaderProtocol(reader)
            await asyncio.get_running_loop().connect_read_pipe(lambda protocol=protocol: protocol, pipe)  # type: ignore[misc]
            self._tasks.append(asyncio.create_task(follow(reader)))

    async def _settle(self, sockets: int, within: float) -> None:
        ended = asyncio.create_task(self.ended.wait())
        ready = asyncio.create_task(self._all_listen(sockets))
        try:
            await asyncio.wait((ended, ready), timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                late = not self.ended.is_set()
                await self.kill()
                lines, self._lines = self._lines or [], None
                if late:
                    raise StartupError(f"it did not start within {within:g} seconds")
                raise StartupError(console.reason(lines) or f"workerd ended with status {self.status}")
            self._lines = None
        finally:
            ended.cancel()
            ready.cancel()

    async def _all_listen(self, sockets: int) -> None:
        for _ in range(sockets):
            await self._listening.acquire()

    async def _control(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if b'"listen"' in line:
                self._listening.release()
        pause = 0.001
        while (status := self._popen.poll()) is None:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)
        self.status = status
        # Its last words may say why.
        await asyncio.wait(self._tasks[:1])
        self.ended.set()

    async def _output(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                raw = await reader.readuntil()
            except asyncio.IncompleteReadError as rest:
                raw = rest.partial
                if not raw:
                    return
            except asyncio.LimitOverrunError as overrun:
                await reader.readexactly(overrun.consumed)
                continue
            if line := console.parse(raw):
                if self._lines is not None and len(self._lines) < _KEPT_LINES:
                    self._lines.append(line)
                if console.is_out_of_memory(line):
                    self.exceeded = "outgrew its memory for JavaScript"
                self._log(line)


def _confined(memory: int | None) -> Callable[[], None] | None:
    """Have the kernel kill the child when the thread that started it ends, whatever way it ends.

    With ``memory``, it also refuses it more than so many MiB that it can write to.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()
    size = None if memory is None else memory * 1024 * 1024

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)
        if size is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (size, size))

    return ask
