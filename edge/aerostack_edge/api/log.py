"""``/_edge/requests``: what the API was asked. Not Cloudflare's; for tests and benchmarks."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control

PREFIX = "/_edge/"


async def listed(request: web.Request) -> web.Response:
    """Oldest first."""
    return ok([asdict(entry) for entry in control(request).requests.entries()])


async def reset(request: web.Request) -> web.Response:
    """Forget them."""
    control(request).requests.clear()
    return ok(None)


def routes() -> list[web.RouteDef]:
    """Below the API's root."""
    return [web.get(f"{PREFIX}requests", listed), web.post(f"{PREFIX}requests/reset", reset)]
