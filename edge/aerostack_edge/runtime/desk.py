"""A socket at which this process answers those of scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web


class Desk:
    """An HTTP server on a unix socket; each binding that leads to us has a desk of its own, and can reach no other."""

    def __init__(self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        self._runner = web.ServerRunner(web.Server(answer, auto_decompress=False, access_log=None), shutdown_timeout=0)

    async def open(self, path: Path) -> None:
        """Listen at ``path``."""
        await self._runner.setup()
        await web.UnixSite(self._runner, str(path)).start()

    async def close(self) -> None:
        """Stop listening, and cut what is connected."""
        await self._runner.cleanup()
