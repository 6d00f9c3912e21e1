"""One port for two things: the Workers under their own host names, and the API under those of this machine."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from aerostack_edge.addresses import hostname
from aerostack_edge.api import app as api
from aerostack_edge.control import CONTROL, Control
from aerostack_edge.runtime import UnknownScript


def application(edge: Control, report: Callable[[str], None]) -> web.Application:
    """The application; ``report`` gets what went wrong inside."""

    @web.middleware
    async def dispatch(request: web.Request, handler: api.Handler) -> web.StreamResponse:
        script = edge.addresses.script(request.host)
        if script is not None:
            return await _worker(edge, script, request)
        # A route never covers the API itself.
        routed = None if hostname(request.host) in edge.hosts else edge.routes.script(request.host, request.path)
        if routed is not None:
            return await _proxied(edge, routed, request)
        return await api.answer(request, handler, report)

    app = web.Application(middlewares=[dispatch])
    app[CONTROL] = edge
    app.add_routes(api.routes())
    return app


async def _worker(edge: Control, script: str, request: web.Request) -> web.StreamResponse:
    if not edge.addresses.answers(script):
        return _page(404, f"There is no Worker named {script} here, or its address is switched off.")
    return await _proxied(edge, script, request)


async def _proxied(edge: Control, script: str, request: web.Request) -> web.StreamResponse:
    try:
        return await edge.runtime.proxy(script, request)
    except UnknownScript:
        return _page(404, f"There is no Worker named {script} here.")


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers={"Cache-Control": "no-store"})
