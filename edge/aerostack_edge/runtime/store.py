"""The store: one long-lived workerd that holds D1 databases, KV namespaces and R2 buckets."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import socket
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import get_args

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from aerostack.errors import AerostackError
from aerostack_edge import disk
from aerostack_edge.model import StartupError
from aerostack_edge.runtime import store_config, watchdog
from aerostack_edge.runtime.backoff import Backoff
from aerostack_edge.runtime.console import Line
from aerostack_edge.runtime.desk import Desk
from aerostack_edge.runtime.errors import StoreFull, StoreUnavailable
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.limits import Limits
from aerostack_edge.runtime.namespace import Namespace, StoreKind
from aerostack_edge.runtime.process import Process
from aerostack_edge.runtime.syncer import Syncer
from aerostack_edge.runtime.wire import PATIENT, session

_RECOVERY_SECONDS = 15.0
_ENDED = "the store ended before it answered"
_NO_ROOM = "the store failed, and its disk has no room left"
_BACKLOG = 1024
# Cloudflare ends a query after 30 seconds; what the simulators hold in memory is not bounded here.
_LIMITS = Limits()
_NOTHING: Mapping[str, str] = MappingProxyType({})


class StoreReply:
    """An answer of a simulator. Use it as an async context manager; leaving it gives up what was not read."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status: int = response.status
        self.headers: CIMultiDictProxy[str] = response.headers

    async def read(self) -> bytes:
        """The whole body. Raises ``StoreUnavailable`` when it breaks off."""
        try:
            return await self._response.read()
        except aiohttp.ClientError as error:
            raise StoreUnavailable(_ENDED) from error

    def chunks(self) -> AsyncIterator[bytes]:
        """The body in pieces, as they arrive."""
        return self._response.content.iter_any()

    async def __aenter__(self) -> StoreReply:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._response.close()


class Store:
    """Every namespace lives in one process, which finds it by a header: creating one needs nothing at all.

    The process starts when somebody first asks: most of what an idle edge would take is its memory.
    The data is under ``data``: SQLite files in ``objects``, large values in ``blobs``. Both survive any kill.
    """

    def __init__(
        self,
        *,
        data: Path,
        workerd: Path,
        simulators: Path,
        folder: Folder,
        log: Callable[[str], None],
        limits: Limits = _LIMITS,
    ) -> None:
        self.socket = folder.socket("store")
        self._control = folder.socket("control")
        self._syncer = folder.socket("syncer")
        self._config = folder.path / "store.capnp"
        self._objects = data / "objects"
        self._blobs = data / "blobs"
        self._syncing = Desk(Syncer(self._blobs).receive)
        self._workerd = workerd
        self._simulators = simulators
        self._log = log
        self._limits = limits
        self._opened = contextlib.AsyncExitStack()
        self._process: Process | None = None
        self._wanted = asyncio.Event()
        self._up = asyncio.Event()
        self._backoff = Backoff()
        self._keeper: asyncio.Task[None] | None = None
        self._guard: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Be there for whoever asks. Raises ``AerostackError`` when it could not."""
        if not os.access(self._workerd, os.X_OK):
            raise AerostackError(
                f"the store of the edge cannot start: {self._workerd} is no program",
                hint="aerostack toolchain install",
            )
        await asyncio.to_thread(self._prepare)
        await self._syncing.open(self._syncer)
        self._opened.push_async_callback(self._syncing.close)
        text = store_config.text(
            simulators=self._simulators,
            objects=self._objects,
            blobs=self._blobs,
            socket=self.socket,
            control=self._control,
            syncer=self._syncer,
        )
        self._config.write_text(text)
        self._listening = {"store": self._listen(self.socket), "control": self._listen(self._control)}
        for listening in self._listening.values():
            self._opened.callback(listening.close)
        self._data = session(self.socket)
        self._opened.push_async_callback(self._data.close)
        self._orders = session(self._control)
        self._opened.push_async_callback(self._orders.close)
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self, grace: float = 2.0) -> None:
        """End it; what it has answered is on disk."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._up.clear()
        if self._process is not None:
            await self._process.stop(grace)
        if self._guard is not None:
            await self._guard
        await self._opened.aclose()

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while there is none."""
        return None if self._process is None or self._process.ended.is_set() else self._process.pid

    async def fetch(
        self,
        kind: StoreKind,
        id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] = _NOTHING,
        body: bytes | AsyncIterable[bytes] | None = None,
    ) -> StoreReply:
        """Ask the simulator of one namespace; ``path`` is sent as it is, with its query.

        Raises ``ValueError`` for an id of the wrong form, ``StoreUnavailable`` when no answer comes, of which
        ``StoreFull`` is a kind.
        """
        namespace = Namespace(kind, id)
        url = URL(f"http://store{path}", encoded=True)
        await self._recovered()
        try:
            response = await self._data.request(
                method,
                url,
                headers={**headers, **namespace.header},
                data=io.BytesIO(body) if isinstance(body, bytes) else body,
                allow_redirects=False,
            )
        except aiohttp.ClientError as error:
            # It may also have hung up on a body that it had no room for.
            raise (StoreFull(_NO_ROOM) if disk.is_scarce(self._blobs) else StoreUnavailable(_ENDED)) from error
        if response.status >= 500 and disk.is_scarce(self._blobs):
            response.close()
            raise StoreFull(_NO_ROOM)
        return StoreReply(response)

    async def drop(self, kind: StoreKind, id: str) -> None:
        """Delete all data of one namespace, in memory and on disk. A namespace without data is fine.

        Raises ``ValueError`` and ``StoreUnavailable`` as ``fetch``.
        """
        namespace = Namespace(kind, id)
        await self._recovered()
        try:
            async with self._orders.post("http://store/empty", headers=namespace.header) as reply:
                said = await reply.text()
        except aiohttp.ClientError as error:
            raise StoreUnavailable(_ENDED) from error
        if reply.status != 200:
            raise StoreUnavailable(f"the store cannot empty {kind} {id}")
        for file in (self._objects / store_config.unique_key(kind)).glob(f"{said}.sqlite*"):
            file.unlink(missing_ok=True)
        shutil.rmtree(self._blobs / namespace.folder, ignore_errors=True)

    def _prepare(self) -> None:
        for folder in (self._blobs, *(self._objects / store_config.unique_key(kind) for kind in get_args(StoreKind))):
            disk.make_folder(folder)
        # What was being written when the power went.
        for partial in self._blobs.glob("*/*/.*.tmp"):
            partial.unlink()

    async def _recovered(self) -> None:
        self._wanted.set()
        try:
            await asyncio.wait_for(self._up.wait(), _RECOVERY_SECONDS)
        except TimeoutError as error:
            raise StoreUnavailable("the store is not running") from error

    def _listen(self, path: Path) -> socket.socket:
        """Listen ourselves, so that who calls while the store starts waits instead of failing."""
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(str(path))
        listening.listen(_BACKLOG)
        return listening

    async def _run(self) -> None:
        numbers = {name: listening.fileno() for name, listening in self._listening.items()}
        self._process = await Process.start(
            self._workerd,
            self._config,
            sockets=len(numbers),
            environ={},
            log=self._print,
            # The simulators need the first flag; Workers of others never get it.
            options=("--experimental", *(f"--socket-fd={name}={number}" for name, number in numbers.items())),
            inherited=tuple(numbers.values()),
        )
        self._guard = asyncio.create_task(
            watchdog.guard(self._process, self._limits, ask=self._ping, requests=lambda: 0)
        )
        self._up.set()

    async def _ready(self) -> None:
        async with self._orders.get("http://store/", timeout=PATIENT) as reply:
            reply.raise_for_status()

    async def _ping(self) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            await self._ready()

    async def _keep(self) -> None:
        """Run it from the moment that somebody wants it."""
        await self._called()
        while True:
            try:
                await self._run()
            except StartupError as error:
                self._log(f"store: does not start: {error}")
                await asyncio.sleep(self._backoff.ended(0))
                continue
            assert self._process is not None
            process = self._process
            await process.ended.wait()
            self._up.clear()
            delay = self._backoff.ended(time.monotonic() - process.started)
            self._log(f"store: the process {process.why}; starting it again")
            await asyncio.sleep(delay)

    async def _called(self) -> None:
        """Wait for us to want it, or for a Worker that connects: what it connects to is the store's from then on."""
        loop = asyncio.get_running_loop()
        try:
            for listening in self._listening.values():
                loop.add_reader(listening, self._wanted.set)
            await self._wanted.wait()
        finally:
            for listening in self._listening.values():
                loop.remove_reader(listening)

    def _print(self, line: Line) -> None:
        for text in line.printed():
            self._log(f"store: {text}")
