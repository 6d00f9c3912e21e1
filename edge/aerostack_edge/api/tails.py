"""``…/tails``: watching a script live, over a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from aerostack_edge.api import body, codes, paths
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found
from aerostack_edge.control import control
from aerostack_edge.filters import filters
from aerostack_edge.tails import Tail

PREFIX = "/_tail/"
#: The only protocol there is.
PROTOCOL = "trace-v1"
_HEARTBEAT = 30.0
_FRAME_LIMIT = 64 * 1024


async def create(request: web.Request) -> web.Response:
    """Open one. What happens is sent to the WebSocket at ``url``."""
    script = await found(request)
    document = await body.document(request) if request.can_read_body else {}
    try:
        wanted = filters(document.get("filters") or [])
    except ValueError as error:
        raise codes.MALFORMED(reason=str(error)) from error
    return ok(_wire(request, control(request).tails.open(script.name, wanted)))


async def listed(request: web.Request) -> web.Response:
    """Those that are open."""
    script = await found(request)
    return ok([_wire(request, tail) for tail in control(request).tails.of_script(script.name)])


async def delete(request: web.Request) -> web.Response:
    """End one."""
    script = await found(request)
    id = request.match_info["tail"]
    if not control(request).tails.close(script.name, id):
        raise codes.TAIL_NOT_FOUND(id=id)
    return ok(None)


async def watch(request: web.Request) -> web.StreamResponse:
    """The WebSocket. It stays open until either side ends it; what clients send (``{"debug": …}``) changes nothing."""
    tail = control(request).tails.by_key(request.match_info["key"])
    if tail is None:
        raise codes.TAIL_NOT_FOUND(id="of that address")
    # wrangler's first frame is not masked, against the RFC: aiohttp reads it all the same.
    socket = web.WebSocketResponse(protocols=(PROTOCOL,), heartbeat=_HEARTBEAT, max_msg_size=_FRAME_LIMIT)
    if not socket.can_prepare(request):
        raise codes.NOT_A_WEBSOCKET()
    # Watching begins before the client is told: it misses nothing from then on.
    async with control(request).runtime.tail(tail.script) as items:
        await socket.prepare(request)
        tasks = [asyncio.create_task(work) for work in (_drain(socket), _until_ended(tail), _show(socket, tail, items))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    await socket.close()
    return socket


async def _until_ended(tail: Tail) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(tail.ended.wait(), max(0.0, tail.expires - time.time()))


async def _show(socket: web.WebSocketResponse, tail: Tail, items: AsyncIterator[Mapping[str, Any]]) -> None:
    async for item in items:
        if all(passes(item) for passes in tail.filters):
            await socket.send_json(item)


async def _drain(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return


def _wire(request: web.Request, tail: Tail) -> dict[str, Any]:
    scheme = "wss" if request.secure else "ws"
    return {
        "id": tail.id,
        "url": f"{scheme}://{request.host}{paths.ROOT}{PREFIX}{tail.key}",
        "expires_at": datetime.fromtimestamp(tail.expires, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def sockets() -> list[web.RouteDef]:
    """Below the API's root; their keys are their credentials."""
    return [web.get(f"{PREFIX}{{key}}", watch, allow_head=False)]


def of_script(script: str) -> list[web.RouteDef]:
    """Below the API's root; ``script`` is the path of a script, in the account or in a namespace of it."""
    one = f"{script}/tails"
    return [web.get(one, listed), web.post(one, create), web.delete(f"{one}/{{tail}}", delete)]


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    return of_script(f"{account}/workers/scripts/{{script}}")
