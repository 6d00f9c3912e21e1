"""What a client is told when its Worker gave no answer. The codes are those that Cloudflare shows."""

from __future__ import annotations

from aiohttp import web

from aerostack_edge.runtime.instance import Instance

_THREW, _EXCEEDED = 1101, 1102
# How long after its connection broke a process may take to end: then it is known why.
_GONE_SECONDS = 1.0
_HEADERS = {"Cache-Control": "no-store", "Server": "aerostack-edge"}


def not_started(script: str, why: object) -> web.Response:
    """Its top-level code throws, or it cannot run at all."""
    return _coded(500, _THREW, f"The Worker {script} does not start: {why}")


async def broke_off(instance: Instance) -> web.Response:
    """Its process took the request and gave no answer."""
    await instance.process.gone(_GONE_SECONDS)
    if exceeded := instance.process.exceeded:
        return _coded(503, _EXCEEDED, f"The Worker {instance.version.script} {exceeded} and was ended.")
    return told(502, "The Worker broke off before it answered.")


def told(status: int, text: str) -> web.Response:
    """A failure in one sentence."""
    return web.Response(status=status, text=f"{text}\n", headers=_HEADERS)


def _coded(status: int, code: int, text: str) -> web.Response:
    return told(status, f"error code: {code}\n{text}")
