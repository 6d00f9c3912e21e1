"""The transport over real connections, which are kept for the next request."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aerostack.http.origin import Origin
from aerostack.http.proxy import Proxy, proxy_for
from aerostack.http.transport import Answer, Failing, Fault, Limits, Request
from aerostack.http.trust import trusted

if TYPE_CHECKING:
    import httpcore

_CONNECTIONS, _IDLE_CONNECTIONS, _IDLE_SECONDS = 100, 20, 5.0


class Pool:
    """Connections to one server, opened when they are needed. Raises ``ConfigError`` for an unusable proxy."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._proxy = proxy_for(origin)
        self._opened: httpcore.ConnectionPool | None = None
        self._opening = threading.Lock()

    def send(self, request: Request, limits: Limits) -> Answer:
        """Send a request once. Raises ``Fault``, and ``ConfigError`` when SSL_CERT_FILE cannot be used."""
        pool = self._open()
        import httpcore

        origin = request.origin
        url = httpcore.URL(
            scheme=origin.scheme.encode(), host=origin.host.encode(), port=origin.port, target=request.target.encode()
        )
        timeout = {"connect": limits.connect, "read": limits.read, "write": limits.write, "pool": limits.write}
        outgoing = httpcore.Request(
            request.method,
            url,
            headers=[(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers.items()],
            content=request.content,
            extensions={"timeout": timeout},
        )
        try:
            response = pool.handle_request(outgoing)
        except _faults() as error:
            raise _fault(error) from None
        return Answer(
            status=response.status,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers),
            stream=_stream(response),
            close=response.close,
        )

    def close(self) -> None:
        """Close the connections."""
        with self._opening:
            pool, self._opened = self._opened, None
        if pool is not None:
            pool.close()

    def _open(self) -> httpcore.ConnectionPool:
        with self._opening:
            if self._opened is None:
                self._opened = _pool(self._origin, self._proxy)
            return self._opened


def _pool(origin: Origin, proxy: Proxy | None) -> httpcore.ConnectionPool:
    import httpcore

    trust = trusted() if origin.scheme == "https" else None
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=trust,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
        )
    return httpcore.HTTPProxy(
        str(proxy.origin),
        proxy_auth=(proxy.login[0].encode(), proxy.login[1].encode()) if proxy.login else None,
        ssl_context=trust,
        proxy_ssl_context=trust if proxy.origin.scheme == "https" else None,
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_IDLE_CONNECTIONS,
        keepalive_expiry=_IDLE_SECONDS,
    )


def _stream(response: httpcore.Response) -> Iterator[bytes]:
    assert isinstance(response.stream, Iterable)
    try:
        yield from response.stream
    except _faults() as error:
        raise _fault(error) from None


def _faults() -> tuple[type[Exception], ...]:
    import httpcore

    return (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError)


def _fault(error: Exception) -> Fault:
    import httpcore

    if isinstance(error, httpcore.ConnectTimeout | httpcore.PoolTimeout):
        return Fault(Failing.UNREACHED_IN_TIME)
    if isinstance(error, httpcore.TimeoutException):
        return Fault(Failing.SLOW)
    if isinstance(error, httpcore.ProxyError):
        return Fault(Failing.PROXY, str(error))
    if _untrusted(error):
        return Fault(Failing.UNTRUSTED)
    failing = Failing.UNREACHABLE if isinstance(error, httpcore.ConnectError) else Failing.BROKEN
    return Fault(failing, str(error).strip() or type(error).__name__)


def _untrusted(error: BaseException | None) -> bool:
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
