"""HTTP as uvicorn speaks it, with an end to what may come before a request is one.

uvicorn's fast parser collects a head for as long as somebody sends it: ten connections could fill the memory.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from collections.abc import Callable, Sequence

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

#: Bytes of a request's first line and headers.
LARGEST_HEAD = 64 * 1024
#: Bytes of a refused body that are read for the sake of the connection: a new one costs more.
_SWALLOWED = 1024 * 1024

#: What answers a request by its method, target and headers alone, or lets it pass.
Gate = Callable[[bytes, bytes, Sequence[tuple[bytes, bytes]]], Response | None]


def _open(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Response | None:
    return None


class Protocol(HttpToolsProtocol):
    """Answers 431 to a head that is too large, and closes a connection whose head does not come to its end.

    ``patience`` is in seconds, from the first byte of a head, or from the beginning of the connection. What ``gate``
    answers never becomes a request of the application; the body is thrown away as it comes.
    """

    patience: float = 20
    gate: Gate = staticmethod(_open)
    _in_head = False
    #: Bytes of this head in the pieces after the one that it began in, and of the piece at hand.
    _seen = _piece = 0
    _too_large = False
    _limit: TimerHandle | None = None
    #: Bytes that may still come of a body that is refused.
    _swallows: int | None = None
    #: Whether this connection ends with the refused request.
    _closes = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limit = self.loop.call_later(self.patience, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget()

    def data_received(self, data: bytes) -> None:
        self._piece = len(data)
        if self._in_head:
            self._seen += self._piece
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        if self._seen > LARGEST_HEAD:
            self._too_large = True
            self.send_400_response("")
        elif self._limit is None:
            self._limit = self.loop.call_later(self.patience, self._late)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._seen = True, 0

    def on_headers_complete(self) -> None:
        self._forget()
        # What came in the same piece may be a body, before it or behind it.
        if self._seen + self._piece > LARGEST_HEAD and self._size() > LARGEST_HEAD:
            self._too_large = True
            raise ValueError("the head is too large")
        self._in_head = False
        # Behind another request an answer of its own would come too early.
        alone = self.cycle is None or self.cycle.response_complete
        asks = alone and not self.parser.should_upgrade()
        refused = self.gate(self.parser.get_method(), self.url, self.headers) if asks else None
        if refused is None:
            super().on_headers_complete()
        else:
            self._refuse(refused)

    def on_body(self, body: bytes) -> None:
        if self._swallows is None:
            super().on_body(body)
        else:
            self._swallows -= len(body)
            if self._swallows < 0:
                self.transport.close()

    def on_message_complete(self) -> None:
        if self._swallows is None:
            super().on_message_complete()
        elif not self.transport.is_closing():
            self._swallows = None
            self._forget()
            if self._closes:
                self.transport.close()
            else:
                self.on_response_complete()

    def _refuse(self, answer: Response) -> None:
        length = dict(self.headers).get(b"content-length", b"")
        keeps = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        # Who waits for a word before the body will not send it, and the next request would be taken for it.
        self._closes = not keeps or self.expect_100_continue or not length.isdigit() or int(length) > _SWALLOWED
        lines = [STATUS_LINE[answer.status_code]]
        headers = [*self.server_state.default_headers, *answer.raw_headers]
        lines += [b"%b: %b\r\n" % header for header in headers]
        lines += [b"connection: close\r\n" if self._closes else b"", b"\r\n", bytes(answer.body)]
        self.transport.write(b"".join(lines))
        self._swallows = _SWALLOWED
        if self.expect_100_continue:
            self.transport.close()
        else:
            # Closed at once, with a part of the body unread, the connection would be reset and the answer lost.
            self._limit = self.loop.call_later(self.patience, self._late)

    def send_400_response(self, msg: str) -> None:
        if not self._too_large:
            super().send_400_response(msg)
            return
        body = b"the headers are too large"
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body)
        )
        self.transport.close()

    def _size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _late(self) -> None:
        self._limit = None
        if self.cycle is not None and not self.cycle.response_complete:
            # It came behind a request that is not answered yet, which is nobody's fault but ours.
            self._limit = self.loop.call_later(self.patience, self._late)
        elif not self.transport.is_closing():
            self.transport.close()

    def _forget(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
