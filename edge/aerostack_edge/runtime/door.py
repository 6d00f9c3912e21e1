"""A door: the socket at which other Workers reach a script, whichever process it runs in, or none yet."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from aerostack_edge.model import StartupError
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.instance import Instance

_CHUNK = 256 * 1024
_RPC = b"CONNECT "
# RPC keeps its connection. When its script has been replaced it is cut after this silence, which ends no quick call.
_QUIET_SECONDS = 2.0


class Door:
    """Requests go through the same proxy as those from outside; RPC, which is not HTTP, passes as bytes.

    ``ready`` gives the live instance, ``answer`` has it answer a request.
    """

    def __init__(
        self,
        name: str,
        *,
        ready: Callable[[], Awaitable[Instance]],
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        log: Callable[[str], None],
    ) -> None:
        self._name = name
        self._ready = ready
        self._log = log
        self._http = web.Server(answer, auto_decompress=False, access_log=None)
        self._rpc: set[asyncio.Task[None]] = set()

    async def open(self, path: Path) -> None:
        """Listen at ``path``."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _Peek(self._http, self._accept), path)

    async def close(self) -> None:
        """Stop listening, and cut what is connected."""
        self._server.close()
        for connection in self._rpc:
            connection.cancel()
        await asyncio.gather(*self._rpc, return_exceptions=True)
        await self._http.shutdown(timeout=0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._rpc.add(task)
        task.add_done_callback(self._rpc.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            try:
                instance = await self._ready()
                with instance.busy():
                    far_reader, far_writer = await asyncio.open_unix_connection(instance.socket)
                    with contextlib.closing(far_writer):
                        await _Splice(instance).run((reader, far_writer), (far_reader, writer))
            except (UnknownScript, StartupError, OSError) as error:
                self._log(f"{self._name}: not reachable for another Worker: {error}")


class _Peek(asyncio.Protocol):
    """Looks at the first bytes of a connection to know who shall have it."""

    def __init__(self, http: web.Server, rpc: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]) -> None:
        self._http = http
        self._rpc = rpc
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if len(self._seen) < len(_RPC):
            return
        if self._seen.startswith(_RPC):
            reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(reader)
            self._give(protocol)
            loop = asyncio.get_running_loop()
            self._rpc(reader, asyncio.StreamWriter(self._transport, protocol, reader, loop))
        else:
            self._give(self._http())

    def _give(self, protocol: asyncio.Protocol) -> None:
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(self._seen)


class _Splice:
    """Bytes in both directions, until one side ends or the instance is replaced and nothing is said any more."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._last = 0.0

    async def run(self, *directions: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        works = [self._pass(*direction) for direction in directions]
        tasks = [asyncio.create_task(work) for work in (*works, self._silence())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            self._last = time.monotonic()
            writer.write(chunk)
            await writer.drain()

    async def _silence(self) -> None:
        await self._instance.replaced.wait()
        while (rest := self._last + _QUIET_SECONDS - time.monotonic()) > 0:
            await asyncio.sleep(rest)
