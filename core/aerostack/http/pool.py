"""The transport over real connections, which are kept for the next request."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from aerostack.http.origin import Origin
from aerostack.http.proxy import proxy_for
from aerostack.http.transport import Answer, Limits, Request
from aerostack.http.trust import trusted

if TYPE_CHECKING:
    import ssl

    from aerostack.http.connection import Connection

_IDLE_CONNECTIONS, _IDLE_SECONDS = 20, 5.0


class Pool:
    """Connections to one server, opened when they are needed. Raises ``ConfigError`` for an unusable proxy."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._proxy = proxy_for(origin)
        self._trust: ssl.SSLContext | None = None
        self._trusting = threading.Lock()
        #: With the time until which a server may be expected to keep it; the last one is used first.
        self._idle: list[tuple[Connection, float]] = []
        self._used: set[Connection] = set()
        self._lock = threading.Lock()

    def send(self, request: Request, limits: Limits) -> Answer:
        """Send a request once. Raises ``Fault``, and ``ConfigError`` when SSL_CERT_FILE cannot be used."""
        connection = self._kept() or self._open(limits)
        try:
            head = connection.request(request, limits)
        except BaseException:
            self._end(connection)
            raise
        return Answer(
            status=head.status,
            headers=head.headers,
            waited=head.waited,
            stream=connection.body(),
            close=lambda: self._give_back(connection),
        )

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            connections = [*self._used, *(connection for connection, _ in self._idle)]
            self._used.clear()
            self._idle.clear()
        for connection in connections:
            connection.close()

    def _kept(self) -> Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, until = self._idle.pop()
                self._used.add(connection)
            if time.monotonic() < until and not connection.gone():
                return connection
            self._end(connection)

    def _open(self, limits: Limits) -> Connection:
        # Imported with the first request, as is the library below them.
        from aerostack.http.connection import Connection
        from aerostack.http.stream import open_stream

        connection = Connection(open_stream(self._origin, self._proxy, self._trusted(), limits.connect))
        with self._lock:
            self._used.add(connection)
        return connection

    def _trusted(self) -> ssl.SSLContext | None:
        if self._origin.scheme != "https":
            return None
        with self._trusting:
            self._trust = self._trust or trusted()
            return self._trust

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            keep = connection in self._used and len(self._idle) < _IDLE_CONNECTIONS and connection.reusable()
            if keep:
                self._used.discard(connection)
                self._idle.append((connection, time.monotonic() + _IDLE_SECONDS))
        if not keep:
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        with self._lock:
            self._used.discard(connection)
        connection.close()
