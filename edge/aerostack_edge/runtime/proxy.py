"""Pass an HTTP request to an instance and its answer back, both as streams."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web
from yarl import URL

from aerostack_edge.runtime import answers, headers, websocket
from aerostack_edge.runtime.instance import Instance

# A server tells nobody that a client is gone; somebody has to look.
_WATCH_SECONDS = 1.0
# Nobody will see it; the number is the one nginx has for this.
_CLIENT_LEFT = 499


class _Answer(web.StreamResponse):
    """An answer whose content type is the Worker's, or none: the default of aiohttp would be an invention."""

    async def _prepare_headers(self) -> None:
        typed = "Content-Type" in self.headers
        await super()._prepare_headers()
        if not typed:
            self.headers.popall("Content-Type", None)


async def forward(instance: Instance, request: web.BaseRequest, *, inside: bool) -> web.StreamResponse:
    """Have ``instance`` answer ``request``, which came from ``inside`` when another Worker made it.

    The client going away cancels it.

    Raises ``aiohttp.ClientConnectorError`` when nothing was sent, so that it may be tried again elsewhere.
    """
    if websocket.asked(request):
        return await websocket.bridge(instance, request, _url(request), inside=inside)
    exchange = asyncio.create_task(_exchange(instance, request, inside=inside))
    try:
        while not exchange.done():
            await asyncio.wait((exchange,), timeout=_WATCH_SECONDS)
            if request.transport is None:
                break
        return exchange.result() if exchange.done() else web.Response(status=_CLIENT_LEFT)
    finally:
        exchange.cancel()
        await asyncio.gather(exchange, return_exceptions=True)


async def _exchange(instance: Instance, request: web.BaseRequest, *, inside: bool) -> web.StreamResponse:
    try:
        upstream = await instance.session.request(
            request.method,
            _url(request),
            headers=headers.to_worker(request, inside=inside),
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        )
    except aiohttp.ClientConnectorError:
        raise
    except aiohttp.ClientError:
        return await answers.broke_off(instance)
    try:
        return await _relay(upstream, request, last=inside)
    finally:
        upstream.close()


async def _relay(upstream: aiohttp.ClientResponse, request: web.BaseRequest, *, last: bool) -> web.StreamResponse:
    answer = _Answer(status=upstream.status, reason=upstream.reason, headers=headers.to_client(upstream.raw_headers))
    if last:
        # A Worker's next request may be RPC, for which the connection must not be kept.
        answer.force_close()
    await answer.prepare(request)
    try:
        async for chunk in upstream.content.iter_any():
            await answer.write(chunk)
    except aiohttp.ClientError:
        # Cut in the middle: the client must not take it for the end.
        if request.transport is not None:
            request.transport.abort()
        return answer
    await answer.write_eof()
    return answer


def _url(request: web.BaseRequest) -> URL:
    # Byte for byte what the client sent, unless it sent a whole address as proxies get it.
    path = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path_qs
    return URL(f"http://worker{path}", encoded=True)
