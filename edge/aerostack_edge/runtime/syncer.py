"""The large values of the store, on disk before the store says that it has them: workerd itself syncs no file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from aerostack_edge import disk


class Syncer:
    """``folder`` holds the values, each in a folder of its namespace's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Sync the file that the path names, and the folders that lead to it."""
        try:
            await asyncio.to_thread(self._sync, self._folder / request.path.removeprefix("/"))
        except OSError as error:
            return web.Response(status=500, reason=error.strerror)
        return web.Response(status=204)

    def _sync(self, file: Path) -> None:
        disk.sync(file)
        for folder in file.parents:
            disk.sync(folder)
            if folder == self._folder:
                return
