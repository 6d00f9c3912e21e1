"""The rate limit of this process, below the 1200 requests in 5 minutes that Cloudflare allows a user."""

from __future__ import annotations

import threading


class TokenBucket:
    """``capacity`` requests at once, refilled over ``seconds``. Safe to share between threads."""

    def __init__(self, capacity: int = 1000, seconds: float = 300.0) -> None:
        self._capacity = float(capacity)
        self._rate = capacity / seconds
        self._tokens = float(capacity)
        self._updated: float | None = None
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Reserve one request at ``now`` (seconds of a monotonic clock); the seconds to wait before sending it."""
        with self._lock:
            passed = 0.0 if self._updated is None else max(0.0, now - self._updated)
            self._updated = now
            self._tokens = min(self._capacity, self._tokens + passed * self._rate) - 1.0
            return max(0.0, -self._tokens / self._rate)

    def delay(self, now: float) -> float:
        """The seconds that a request at ``now`` would have to wait, without reserving it."""
        with self._lock:
            passed = 0.0 if self._updated is None else max(0.0, now - self._updated)
            return max(0.0, (1.0 - min(self._capacity, self._tokens + passed * self._rate)) / self._rate)


#: Shared by every client of the process, as the limit counts users, not connections.
PROCESS = TokenBucket()
