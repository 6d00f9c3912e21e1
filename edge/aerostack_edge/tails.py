"""Who watches a script: each has an address for its WebSocket that only it knows."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from aerostack_edge.filters import Filter

LIFETIME = 3600 * 6
#: As on Cloudflare.
MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """``expires`` is seconds since 1970. ``ended`` is set when it is deleted."""

    id: str
    key: str = field(repr=False)
    script: str
    expires: float
    filters: tuple[Filter, ...] = ()
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Tails:
    """Open tails, in memory: clients that lose theirs ask for another."""

    def __init__(self) -> None:
        self._open: dict[str, Tail] = {}

    def open(self, script: str, filters: Iterable[Filter] = ()) -> Tail:
        """A new one; of those of the script the oldest ends when there are more than ``MOST``."""
        for oldest in self.of_script(script)[: 1 - MOST]:
            self.close(script, oldest.id)
        tail = Tail(
            id=secrets.token_hex(16),
            key=secrets.token_urlsafe(32),
            script=script,
            expires=time.time() + LIFETIME,
            filters=tuple(filters),
        )
        self._open[tail.id] = tail
        return tail

    def of_script(self, script: str) -> list[Tail]:
        """Those of a script."""
        self._sweep()
        return [tail for tail in self._open.values() if tail.script == script]

    def by_key(self, key: str) -> Tail | None:
        """The one whose address has the key."""
        self._sweep()
        return next((tail for tail in self._open.values() if secrets.compare_digest(tail.key, key)), None)

    def close(self, script: str, id: str) -> bool:
        """End one; whether it was there."""
        tail = self._open.get(id)
        if tail is None or tail.script != script:
            return False
        del self._open[id]
        tail.ended.set()
        return True

    def end(self, script: str) -> None:
        """End those of a script that is no more: the next one of its name is not theirs to see."""
        for tail in self.of_script(script):
            self.close(script, tail.id)

    def _sweep(self) -> None:
        now = time.time()
        for tail in [tail for tail in self._open.values() if tail.expires <= now]:
            self.close(tail.script, tail.id)
