"""Moments: milliseconds since 1970, UTC; in the API ISO 8601.

Replicas run on machines whose clocks may be hours apart, and what one writes, another compares: the end of a lease, of
a key or of a login, and when a schedule is due. All of them go by the clock of their database.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aerostack_server.log import say_failure

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


#: Two clocks that are no further apart are the same: to ask takes time, too.
_NEAR = SECOND
#: Seconds between two looks: this machine's clock may be set.
_LOOK = 10.0

_ahead = 0


def now() -> int:
    return _here() + _ahead


async def follow(ask: Callable[[], Awaitable[int]]) -> None:
    """Go by the clock that ``ask`` asks, from when this returns. Raises what ``ask`` does."""
    global _ahead
    ahead = await ask() - _here()
    _ahead = ahead if abs(ahead) > _NEAR else 0


async def keep_following(ask: Callable[[], Awaitable[int]]) -> None:
    """Go by it for ever."""
    while True:
        await asyncio.sleep(_LOOK)
        try:
            await follow(ask)
        except Exception as error:  # a database that is away for a while comes back, and is no other by then
            say_failure(error)


def _here() -> int:
    return time.time_ns() // 1_000_000


@functools.lru_cache(4096)
def shown(moment: int | None) -> str | None:
    """As the API writes it."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
