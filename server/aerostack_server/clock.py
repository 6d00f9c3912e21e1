"""Moments: milliseconds since 1970, UTC; in the API ISO 8601."""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    return time.time_ns() // 1_000_000


@functools.lru_cache(4096)
def shown(moment: int | None) -> str | None:
    """As the API writes it."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
