"""The seam below the client: how one request reaches a server, and in which ways that fails.

A test puts its own ``Transport`` here. The real one is ``pool.Pool``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import Enum
from typing import Protocol

from aerostack.http.origin import Origin
from aerostack.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Request:
    """``target`` is the path with its query, quoted. ``headers`` hold the token and are complete."""

    method: str
    origin: Origin
    target: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.origin}{self.target}"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds to connect, and between two pieces of an answer and of the request; ``None`` for no limit."""

    connect: float
    read: float | None
    write: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The head of an answer, and its body as it comes. ``headers`` as sent; ``close`` also ends an unread body.

    ``waited`` are the seconds from the end of the request to the head of the answer, where somebody measured them.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    stream: Iterable[bytes]
    close: Callable[[], None]
    waited: float | None = None


class Transport(Protocol):
    """Safe to use from several threads."""

    def send(self, request: Request, limits: Limits) -> Answer:
        """Send a request once. Raises ``Fault``, as does reading the stream."""

    def close(self) -> None:
        """Close the connections."""


class Failing(Enum):
    """The way in which a request got no complete answer."""

    UNREACHABLE = "no connection"
    UNREACHED_IN_TIME = "no connection in time"
    PROXY = "the proxy refused"
    UNTRUSTED = "the certificate is not trusted"
    SLOW = "no answer in time"
    BROKEN = "the connection broke"
    UNREADABLE = "the body cannot be decompressed"
    TOO_LARGE = "the body is larger than any API's"
    LATE = "the body is not complete at the deadline"

    @property
    def unsent(self) -> bool:
        """Whether the server certainly did not get the request."""
        return self in (Failing.UNREACHABLE, Failing.UNREACHED_IN_TIME, Failing.PROXY, Failing.UNTRUSTED)


class Fault(Exception):
    """No complete answer. ``reason`` is what the system or the library said, perhaps nothing."""

    def __init__(self, failing: Failing, reason: str = "") -> None:
        super().__init__(reason or failing.value)
        self.failing = failing
        self.reason = reason
