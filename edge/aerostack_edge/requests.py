"""What the API was asked lately: tests and benchmarks count requests, and the rounds of waiting among them."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from itertools import count

CAPACITY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finished request. ``query`` holds the names only: values may be secret. Times are seconds of one clock."""

    sequence: int
    method: str
    path: str
    query: tuple[str, ...]
    status: int
    started: float
    ended: float
    overlap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What requests of ``method`` are answered whose path ends with ``path``."""

    method: str
    path: str
    status: int
    code: int
    message: str

    def meets(self, method: str, path: str) -> bool:
        """Whether it is the answer to this request."""
        return method == self.method and path.endswith(self.path)


class RequestLog:
    """The last requests, in memory. ``overlap`` of an entry is how many were under way when it began, with itself.

    ``latency``, in seconds, is added to each: on one machine an answer is there before a parallel request has begun,
    which hides who waits for whom. ``refusal`` stands in for what only the real account would refuse.
    """

    def __init__(self) -> None:
        self.latency = 0.0
        self.refusal: Refusal | None = None
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._sequence = count(1)
        self._open = 0
        self._cleared = 0.0

    def begin(self) -> tuple[float, int]:
        """Start the clock of a request."""
        self._open += 1
        return time.monotonic(), self._open

    def end(self, begun: tuple[float, int], method: str, path: str, query: tuple[str, ...], status: int) -> None:
        """Record it, unless the log was cleared while it was under way."""
        self._open -= 1
        started, overlap = begun
        if started < self._cleared:
            return
        self._entries.append(
            Entry(
                sequence=next(self._sequence),
                method=method,
                path=path,
                query=query,
                status=status,
                started=started,
                ended=time.monotonic(),
                overlap=overlap,
            )
        )

    def entries(self) -> list[Entry]:
        """In the order in which they began."""
        return sorted(self._entries, key=lambda entry: entry.started)

    def clear(self) -> None:
        """Forget them; the sequence goes on."""
        self._entries.clear()
        self._cleared = time.monotonic()
