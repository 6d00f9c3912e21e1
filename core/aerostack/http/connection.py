"""A connection to a server: one request at a time goes over it, and its answer comes back."""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterator

import h11  # noqa: TID253  # this module is loaded by whoever sends a request, and by nobody else

from aerostack.http.stream import Stream
from aerostack.http.transport import Failing, Fault, Limits, Request
from aerostack.values import dataclass

_PIECE = 64 * 1024
_LARGEST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """How an answer begins; ``waited`` as in ``transport.Answer``."""

    status: int
    headers: tuple[tuple[str, str], ...]
    waited: float


class Connection:
    """``request``, then the whole of ``body``; when it is ``reusable`` after that, again."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._state = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        self._sent = True

    def request(self, request: Request, limits: Limits) -> Head:
        """Send it; how the answer begins. Raises ``Fault``."""
        try:
            self._send(
                h11.Request(method=request.method, target=request.target, headers=list(request.headers.items())),
                h11.Data(data=request.content),
                h11.EndOfMessage(),
                timeout=limits.write,
            )
            sent = time.monotonic()
            self._stream.settimeout(limits.read)
            event = self._next()
            while not isinstance(event, h11.Response):  # but 100 Continue or its like
                event = self._next()
        except (OSError, h11.ProtocolError) as error:
            raise _fault(error) from None
        headers = event.headers.raw_items()
        decoded = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
        return Head(event.status_code, decoded, time.monotonic() - sent)

    def body(self) -> Iterator[bytes]:
        """The body of the answer as it comes. Raises ``Fault``."""
        try:
            while isinstance(event := self._next(), h11.Data):
                yield bytes(event.data)
        except (OSError, h11.ProtocolError) as error:
            raise _fault(error) from None

    def reusable(self) -> bool:
        """Whether the last answer is complete and the server keeps the connection; makes it ready for the next."""
        if not (self._sent and self._state.our_state is self._state.their_state is h11.DONE):
            return False
        self._state.start_next_cycle()
        return True

    def gone(self) -> bool:
        """Whether the server has closed it, or says something that it was not asked for."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stream.fileno(), selectors.EVENT_READ)
            return bool(selector.select(0))

    def close(self) -> None:
        self._stream.close()

    def _send(self, *events: h11.Event, timeout: float) -> None:
        left = memoryview(b"".join(self._state.send(event) or b"" for event in events))
        self._stream.settimeout(timeout)
        self._sent = False
        try:
            while left:
                left = left[self._stream.send(left) :]
        except TimeoutError:
            raise
        except OSError:
            return  # A server may answer and close before it has read everything: the answer says why.
        self._sent = True

    def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while True:
            event = self._state.next_event()
            if event is h11.NEED_DATA:
                self._state.receive_data(self._stream.recv(_PIECE))
            elif isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError("the server closed it without an answer")
            else:
                return event


def _fault(error: Exception) -> Fault:
    if isinstance(error, TimeoutError):
        return Fault(Failing.SLOW)
    return Fault(Failing.BROKEN, str(error).strip() or type(error).__name__)
