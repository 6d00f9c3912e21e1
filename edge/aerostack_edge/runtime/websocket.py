"""Pass a WebSocket between a client and an instance."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, WSCloseCode, WSMsgType, web
from yarl import URL

from aerostack_edge.runtime import answers, headers
from aerostack_edge.runtime.instance import Instance
from aerostack_edge.runtime.wire import once

# Codes that only describe a closure and must not be sent.
_UNSENDABLE = frozenset({1005, 1006, 1015})


class _Handshake:
    """Keeps the answer to a handshake: its headers, and when it was refused the body too, which aiohttp drops."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: headers.Raw = ()
        self.body = b""

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        self.status, self.headers = response.status, response.raw_headers
        if response.status != 101:
            self.body = await response.read()
        return response


def asked(request: web.BaseRequest) -> bool:
    """Whether the client wants a WebSocket."""
    return request.method == "GET" and request.headers.get("upgrade", "").lower() == "websocket"


async def bridge(instance: Instance, request: web.BaseRequest, url: URL, *, inside: bool) -> web.StreamResponse:
    """Open a WebSocket to the instance and, when it agrees, to the client, and pass messages until one closes.

    Raises ``aiohttp.ClientConnectorError`` when nothing was sent.
    """
    handshake = _Handshake()
    offered = [name.strip() for name in request.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]
    async with aiohttp.ClientSession(
        connector=instance.session.connector,
        connector_owner=False,
        middlewares=(handshake, once),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        try:
            worker = await session.ws_connect(
                url,
                headers=headers.to_worker(request, inside=inside, handshake=True),
                protocols=offered,
                max_msg_size=0,
                autoping=True,
            )
        except aiohttp.WSServerHandshakeError:
            return _refused(handshake)
        except aiohttp.ClientConnectorError:
            raise
        except aiohttp.ClientError:
            return await answers.broke_off(instance)
        chosen = (worker.protocol,) if worker.protocol else ()
        client = web.WebSocketResponse(protocols=chosen, max_msg_size=0, compress=False)
        client.headers.extend(headers.to_client(handshake.headers, handshake=True))
        await client.prepare(request)
        directions = (asyncio.create_task(_pass(client, worker)), asyncio.create_task(_pass(worker, client)))
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            await _close(worker, client)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            await worker.close()
        return client


def _refused(handshake: _Handshake) -> web.Response:
    answer = headers.to_client(handshake.headers, handshake=True)
    answer.popall("Content-Length", None)
    return web.Response(status=handshake.status, headers=answer, body=handshake.body)


async def _pass(
    source: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
    target: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)


async def _close(worker: aiohttp.ClientWebSocketResponse, client: web.WebSocketResponse) -> None:
    """One side is closed: close the other with the same code."""
    if worker.closed:
        # Without a code its process has ended: a newer version is there already, or will be at once.
        await client.close(code=_sendable(worker.close_code, WSCloseCode.SERVICE_RESTART))
    else:
        await worker.close(code=_sendable(client.close_code, WSCloseCode.GOING_AWAY))


def _sendable(code: int | None, instead: int) -> int:
    if code == WSCloseCode.ABNORMAL_CLOSURE or code is None:
        return instead
    return WSCloseCode.OK if code in _UNSENDABLE else code
