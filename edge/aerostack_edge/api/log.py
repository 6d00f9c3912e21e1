"""``/_edge/``: what the API was asked, and how far away it plays to be. Not Cloudflare's; for tests and benchmarks."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control

PREFIX = "/_edge/"

_LONGEST = 10.0


async def listed(request: web.Request) -> web.Response:
    """Oldest first."""
    return ok([asdict(entry) for entry in control(request).requests.entries()])


async def reset(request: web.Request) -> web.Response:
    """Forget them."""
    control(request).requests.clear()
    return ok(None)


async def set_latency(request: web.Request) -> web.Response:
    """``{"seconds": 0.05}``: what every other request waits before it is worked on, at most ten seconds."""
    wanted = (await body.document(request)).get("seconds")
    if not isinstance(wanted, int | float) or isinstance(wanted, bool) or not 0 <= wanted <= _LONGEST:
        raise codes.MALFORMED(reason=f"seconds must be a number from 0 to {_LONGEST:g}")
    control(request).requests.latency = float(wanted)
    return ok({"seconds": wanted})


def routes() -> list[web.RouteDef]:
    """Below the API's root."""
    return [
        web.get(f"{PREFIX}requests", listed),
        web.post(f"{PREFIX}requests/reset", reset),
        web.put(f"{PREFIX}latency", set_latency),
    ]
