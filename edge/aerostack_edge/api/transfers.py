"""``/_transfer/:key``: files under addresses that need no token, because the key is one."""

from __future__ import annotations

from aiohttp import web

from aerostack_edge import transfers
from aerostack_edge.api import codes
from aerostack_edge.control import control

PREFIX = "/_transfer/"
#: The most that one file may hold.
LIMIT = 256 * 1024 * 1024


def url(request: web.Request, root: str, transfer: transfers.Transfer) -> str:
    """The address of a transfer, on the host that the client used; ``root`` is the API's."""
    return f"{request.scheme}://{request.host}{root}{PREFIX}{transfer.key}"


async def receive(request: web.Request) -> web.Response:
    """Take the file. The answer has its MD5 as ``ETag``."""
    transfer = control(request).transfers.get(request.match_info["key"], "in")
    if transfer is None:
        raise codes.NO_TRANSFER()
    digest = await transfers.receive(transfer, request.content.iter_any(), LIMIT)
    if digest is None:
        raise codes.TOO_LARGE(limit=LIMIT)
    return web.Response(headers={"ETag": f'"{digest}"'})


async def send(request: web.Request) -> web.StreamResponse:
    """Hand the file out; as often as asked, until it expires."""
    transfer = control(request).transfers.get(request.match_info["key"], "out")
    if transfer is None:
        raise codes.NO_TRANSFER()
    return web.FileResponse(transfer.path, headers={"Content-Type": "application/octet-stream"})


def routes() -> list[web.RouteDef]:
    """Below the API's root."""
    return [web.put(f"{PREFIX}{{key}}", receive), web.get(f"{PREFIX}{{key}}", send, allow_head=False)]
