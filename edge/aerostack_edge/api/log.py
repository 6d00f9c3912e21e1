"""``/_edge/``: what the API was asked, how far away it plays to be, what it refuses. For tests and benchmarks only."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control
from aerostack_edge.requests import Refusal

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


async def set_refusal(request: web.Request) -> web.Response:
    """Refuse every request of ``method`` whose path ends with ``path``, by ``status``, ``code`` and ``message``."""
    document = await body.document(request)
    status, code = document.get("status"), document.get("code")
    if type(status) is not int or not 400 <= status <= 599 or type(code) is not int:
        raise codes.MALFORMED(reason="status must be a number from 400 to 599, and code one")
    words = {key: body.text(document, key) for key in ("method", "path", "message")}
    control(request).requests.refusal = Refusal(status=status, code=code, **words)
    return ok(document)


async def clear_refusal(request: web.Request) -> web.Response:
    """Refuse nothing any more but what is wrong."""
    control(request).requests.refusal = None
    return ok(None)


def routes() -> list[web.RouteDef]:
    """Below the API's root."""
    return [
        web.get(f"{PREFIX}requests", listed),
        web.post(f"{PREFIX}requests/reset", reset),
        web.put(f"{PREFIX}latency", set_latency),
        web.put(f"{PREFIX}refusal", set_refusal),
        web.delete(f"{PREFIX}refusal", clear_refusal),
    ]
