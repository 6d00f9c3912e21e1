"""The client's seam in terms of httpx, which has a value for every answer and an exception for every fault."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from aerostack.http.transport import Answer, Failing, Fault, Limits, Request

_FAILING: dict[type[httpx.TransportError], Failing] = {
    httpx.ConnectError: Failing.UNREACHABLE,
    httpx.ConnectTimeout: Failing.UNREACHED_IN_TIME,
    httpx.ProxyError: Failing.PROXY,
    httpx.ReadTimeout: Failing.SLOW,
    httpx.ReadError: Failing.BROKEN,
    httpx.WriteError: Failing.BROKEN,
    httpx.RemoteProtocolError: Failing.BROKEN,
}


class HttpxTransport:
    """Answers each request with what a function makes of it, or with the fault that the function raises."""

    def __init__(self, respond: Callable[[httpx.Request], httpx.Response]) -> None:
        self._respond = respond
        self.closed = 0

    def send(self, request: Request, limits: Limits) -> Answer:
        timeout = {"connect": limits.connect, "read": limits.read, "write": limits.write}
        asked = httpx.Request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.content,
            extensions={"timeout": timeout},
        )
        try:
            response = self._respond(asked)
        except httpx.TransportError as error:
            raise Fault(_FAILING[type(error)], str(error)) from None
        assert isinstance(response.stream, httpx.SyncByteStream)
        headers = tuple((name.decode(), value.decode()) for name, value in response.headers.raw)
        return Answer(status=response.status_code, headers=headers, stream=response.stream, close=response.close)

    def close(self) -> None:
        self.closed += 1
