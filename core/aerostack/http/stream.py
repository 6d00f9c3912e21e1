"""The way of bytes to a server: a socket, through a proxy where there is one, with TLS where the address has it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Protocol

from aerostack.http.origin import Origin
from aerostack.http.proxy import Proxy
from aerostack.http.transport import Failing, Fault

if TYPE_CHECKING:
    import ssl

_PIECE = 64 * 1024


class Stream(Protocol):
    """What a socket has in common with TLS within TLS. Raises ``OSError``, of which ``TimeoutError`` is one."""

    def settimeout(self, seconds: float | None, /) -> None: ...
    def send(self, data: memoryview, /) -> int: ...
    def recv(self, size: int, /) -> bytes: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


def open_stream(origin: Origin, proxy: Proxy | None, trust: ssl.SSLContext | None, timeout: float) -> Stream:
    """A stream to ``origin``, with TLS when there is somebody to ``trust``. ``timeout`` is in seconds, for each step.

    Raises ``Fault``: in each case the server has not got anything yet.
    """
    place = proxy.origin if proxy else origin
    try:
        # As bytes: a name as text would be encoded by a module that takes longer to import than to connect.
        opened = socket.create_connection((place.host.encode(), place.port), timeout)  # type: ignore[arg-type]
    except TimeoutError:
        raise Fault(Failing.UNREACHED_IN_TIME) from None
    except OSError as error:
        raise Fault(Failing.UNREACHABLE, str(error)) from None
    stream: Stream = opened
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if proxy is not None:
            from aerostack.http.tunnel import ask

            if proxy.origin.scheme == "https":
                assert trust is not None, "a proxy leads to other machines, and these have https"
                stream = _secured(stream, trust, proxy.origin.host)
            ask(stream, origin, proxy)
        return _secured(stream, trust, origin.host) if trust is not None else stream
    except BaseException as error:
        stream.close()
        if isinstance(error, TimeoutError):
            raise Fault(Failing.UNREACHED_IN_TIME) from None
        if isinstance(error, OSError):
            raise Fault(_reason(error), str(error)) from None
        raise


def _secured(stream: Stream, trust: ssl.SSLContext, host: str) -> Stream:
    if type(stream) is socket.socket:
        return trust.wrap_socket(stream, server_hostname=host)
    return TlsWithin(stream, trust, host)


def _reason(error: OSError) -> Failing:
    import ssl

    return Failing.UNTRUSTED if isinstance(error, ssl.SSLCertVerificationError) else Failing.UNREACHABLE


class TlsWithin:
    """TLS to a server over TLS to a proxy: sockets know one layer only."""

    def __init__(self, outer: Stream, trust: ssl.SSLContext, host: str) -> None:
        import ssl

        self._outer = outer
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = trust.wrap_bio(self._arrived, self._leaving, server_hostname=host)
        while True:
            try:
                self._inner.do_handshake()
            except ssl.SSLWantReadError:
                self._fetch()
            else:
                return self._flush()

    def settimeout(self, seconds: float | None, /) -> None:
        self._outer.settimeout(seconds)

    def send(self, data: memoryview, /) -> int:
        sent = self._inner.write(data)
        self._flush()
        return sent

    def recv(self, size: int, /) -> bytes:
        import ssl

        while True:
            try:
                return self._inner.read(size)
            except ssl.SSLWantReadError:
                self._fetch()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def fileno(self) -> int:
        return self._outer.fileno()

    def close(self) -> None:
        self._outer.close()

    def _fetch(self) -> None:
        self._flush()
        data = self._outer.recv(_PIECE)
        if data:
            self._arrived.write(data)
        else:
            self._arrived.write_eof()

    def _flush(self) -> None:
        left = memoryview(self._leaving.read())
        while left:
            left = left[self._outer.send(left) :]
