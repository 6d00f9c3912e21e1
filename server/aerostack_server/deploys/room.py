"""How much one replica takes in at the same time: more would only wait, and make everything behind it wait."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from aerostack_server.problems import unavailable

#: Bytes of code in memory. A single upload is let in however large it is.
_MOST_BYTES = 256 * 1024 * 1024
#: Uploads that are not recorded yet.
_MOST = 64


class Room:
    """For uploads. ``share`` is how many processes divide it."""

    def __init__(self, *, most_bytes: int = _MOST_BYTES, most: int = _MOST, share: int = 1) -> None:
        self._most_bytes = most_bytes // share
        self._most = most // share
        self._held = self._count = 0

    @contextlib.contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Take ``size`` bytes for the block. Raises ``Problem`` when they are not there."""
        if self._count >= self._most or (self._held and self._held + size > self._most_bytes):
            raise unavailable("too much code is being uploaded at the same time", retry_after=2)
        self._held += size
        self._count += 1
        try:
            yield
        finally:
            self._held -= size
            self._count -= 1
