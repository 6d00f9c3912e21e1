"""How much code one process holds in memory at the same time, while it comes in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from aerostack_server.problems import unavailable

#: Bytes. A single upload is let in however large it is.
MOST = 256 * 1024 * 1024


class Room:
    """For uploads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held = 0

    @contextlib.contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Take ``size`` bytes for the block. Raises ``Problem`` when they are not there."""
        if self._held and self._held + size > self._most:
            raise unavailable("too much code is being uploaded at the same time", retry_after=2)
        self._held += size
        try:
            yield
        finally:
            self._held -= size
