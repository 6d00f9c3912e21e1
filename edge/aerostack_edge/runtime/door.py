"""A door: the socket at which other Workers reach a script, whichever process it runs in, or none yet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from aerostack_edge.model import StartupError
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.instance import Instance

_CHUNK = 256 * 1024


class Door:
    """Passes bytes between a calling process and the live instance; each new connection asks which that is.

    Bytes rather than requests, because RPC between Workers is not HTTP. A caller of a script that does not exist or
    does not start sees its connection closed.
    """

    def __init__(self, name: str, ready: Callable[[], Awaitable[Instance]], log: Callable[[str], None]) -> None:
        self._name = name
        self._ready = ready
        self._log = log
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self, path: Path) -> None:
        """Listen at ``path``."""
        self._server = await asyncio.start_unix_server(self._accept, path)

    async def close(self) -> None:
        """Stop listening, and cut what is connected."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            try:
                instance = await self._ready()
                far_reader, far_writer = await asyncio.open_unix_connection(instance.socket)
            except (UnknownScript, StartupError, OSError) as error:
                self._log(f"{self._name}: not reachable for another Worker: {error}")
                return
            with contextlib.closing(far_writer):
                there = asyncio.create_task(_pass(reader, far_writer))
                back = asyncio.create_task(_pass(far_reader, writer))
                try:
                    await asyncio.gather(there, back)
                finally:
                    there.cancel()
                    back.cancel()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
