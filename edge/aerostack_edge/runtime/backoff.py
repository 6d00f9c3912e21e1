"""How long to wait before a process that ended is started again."""

from __future__ import annotations

_FIRST = 0.1
_LONGEST = 5.0
_HEALTHY = 30.0


class Backoff:
    """Seconds that double with each early end: at once, 0.1, 0.2, … 5. A process that lived half a minute was well."""

    def __init__(self) -> None:
        self._next = 0.0

    def ended(self, lived: float) -> float:
        """A process ended after ``lived`` seconds: the seconds to wait now."""
        if lived >= _HEALTHY:
            self._next = 0.0
        delay, self._next = self._next, min(max(_FIRST, self._next * 2), _LONGEST)
        return delay
