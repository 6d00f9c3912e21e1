"""A version that runs: its process, the way to talk to it, and how much is going on in it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import aiohttp

from aerostack_edge.model import ScriptVersion, StartupError
from aerostack_edge.runtime import console, script_config, watchdog
from aerostack_edge.runtime.console import Line
from aerostack_edge.runtime.flags import Flags
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.limits import Limits
from aerostack_edge.runtime.neighbours import Neighbours
from aerostack_edge.runtime.process import Process
from aerostack_edge.runtime.wire import PATIENT, session

#: How long requests and WebSockets may go on in a process that has been replaced.
DRAIN_SECONDS = 10.0
#: How long it may then take to end, with what ``waitUntil`` still does.
END_SECONDS = 3.0
_REHEARSAL_SECONDS = 2.0
# How long to wait for a process to hear whether it is watched; one that computes hears it afterwards.
_TELL_SECONDS = 2.0
# As long as Cloudflare gives a consumer or a cron trigger.
_ORDER = aiohttp.ClientTimeout(total=900)


class Instance:
    """One process with one version of a script. ``missing`` says which classes it lacks, as far as it was heard."""

    def __init__(
        self,
        version: ScriptVersion,
        process: Process,
        limits: Limits,
        socket: Path,
        aside: Path,
        missing: Sequence[str] = (),
    ) -> None:
        self.version = version
        self.process = process
        self.socket = socket
        self.session = session(socket)
        self.missing = missing
        self._aside = aside
        self._orders = session(aside)
        self.replaced = asyncio.Event()
        self._running = 0
        self._last = time.monotonic()
        self._watched = False
        self._telling: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._guard = asyncio.create_task(
            watchdog.guard(process, limits, ask=self._ping, requests=lambda: self._running)
        )

    @property
    def alive(self) -> bool:
        """Whether its process has not ended."""
        return not self.process.ended.is_set()

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Something is going on in it, such as a request, that draining waits for."""
        self._running += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._last = time.monotonic()
                self._idle.set()

    @property
    def rested(self) -> float:
        """The seconds for which nothing has gone on in it."""
        return 0.0 if self._running else time.monotonic() - self._last

    async def watch(self, on: bool) -> None:
        """Have it send what its Worker does to the tails, or no longer: at once, or as soon as it listens."""
        self._watched = on
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())
        await asyncio.wait((self._telling,), timeout=_TELL_SECONDS)

    async def _tell(self) -> None:
        told = None
        # A process that ended meanwhile has nothing to send; the one after it is told when it starts.
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            while told != self._watched:
                told = self._watched
                await self.order("/watch", b"on" if told else b"off")

    async def _ping(self) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            async with self._orders.post("http://aside/ping", timeout=PATIENT):
                pass

    async def order(self, path: str, body: bytes) -> bytes:
        """Ask what is beside the Worker; see ``aside.js``. Raises ``aiohttp.ClientError`` and ``TimeoutError``."""
        async with self._orders.post(f"http://aside{path}", data=body, timeout=_ORDER) as reply:
            reply.raise_for_status()
            return await reply.read()

    async def drain(self) -> None:
        """Let what is going on finish, within limits, then end the process. Nothing new must come."""
        self.replaced.set()
        idle = asyncio.create_task(self._idle.wait())
        ended = asyncio.create_task(self.process.ended.wait())
        await asyncio.wait((idle, ended), timeout=DRAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        ended.cancel()
        await self.stop(END_SECONDS)

    async def stop(self, grace: float) -> None:
        """End the process, with at most ``grace`` seconds to finish what it does."""
        await self.process.stop(grace)
        await self._guard
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        await self.session.close()
        await self._orders.close()
        self.socket.unlink(missing_ok=True)
        self._aside.unlink(missing_ok=True)


class Launcher:
    """Starts processes for versions."""

    def __init__(
        self,
        *,
        workerd: Path,
        simulators: Path,
        folder: Folder,
        near: Neighbours,
        objects: Path,
        log: Callable[[str], None],
    ) -> None:
        self._workerd = workerd
        self._simulators = simulators
        self._folder = folder
        self._near = near
        self._objects = objects
        self._flags = Flags(workerd, folder)
        self._log = log

    async def start(self, version: ScriptVersion, *, lasting: bool) -> Instance:
        """A running instance; its top-level code has run. Raises ``StartupError``.

        Unless ``lasting``, its Durable Objects are new ones, which end with it.
        """
        await self._flags.check(version)
        socket, aside = self._folder.socket(), self._folder.socket()
        scratch = self._folder.scratch()
        limits = Limits.of(version)

        missing: list[str] = []

        def log(line: Line) -> None:
            if console.is_not_exported(line):
                missing.append(line.text)
            for text in line.printed():
                self._log(f"{version.script}: {text}")

        try:
            config = script_config.write(
                version,
                scratch,
                socket=socket,
                aside=aside,
                near=self._near,
                simulators=self._simulators,
                kept=self._objects,
                lasting=lasting,
            )
            process = await Process.start(
                self._workerd,
                config.path,
                sockets=2,
                environ=config.environ,
                log=log,
                options=("--experimental",),
                memory=limits.hard_memory,
            )
        finally:
            shutil.rmtree(scratch)
        return Instance(version, process, limits, socket, aside, missing)

    async def rehearse(self, version: ScriptVersion) -> None:
        """Start it and end it again, to see whether it can run. Raises ``StartupError``."""
        instance = await self.start(version, lasting=False)
        # Once it has ended all is heard that it had to say.
        await instance.stop(_REHEARSAL_SECONDS)
        if instance.missing:
            raise StartupError(instance.missing[0])
