"""How much one replica takes in at the same time: more would only wait, and make everything behind it wait.

An account holds no more than it leaves free: alone half of the room, with another one a third each. However much one
sends, who holds nothing finds a place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, too_many, unavailable

#: Bytes of code in memory. A single upload is let in however large it is.
_MOST_BYTES = 256 * 1024 * 1024
#: Uploads that are not recorded yet. A quarter of them keeps disk and processors busy.
_MOST = 64
#: Keys whose account is remembered.
_MOST_KEYS = 4096
#: Seconds after which to come again.
_LATER = 2


@dataclass(slots=True)
class _Held:
    uploads: int = 0
    size: int = 0


class Room:
    """For uploads. ``share`` is how many processes divide it."""

    def __init__(self, *, most_bytes: int = _MOST_BYTES, most: int = _MOST, share: int = 1) -> None:
        self._most = _Held(most // share, most_bytes // share)
        self._all = _Held()
        self._of_account: dict[str, _Held] = {}
        self._account_of_key: dict[str, str] = {}

    @contextlib.contextmanager
    def taken(self, size: int, caller: Caller) -> Iterator[None]:
        """Take ``size`` bytes for the block. Raises ``Problem`` when they are not there."""
        account = caller.account_id
        if caller.key_id is not None and caller.key_id not in self._account_of_key:
            if len(self._account_of_key) >= _MOST_KEYS:
                self._account_of_key.clear()
            self._account_of_key[caller.key_id] = account
        problem = self._refusal(size, self._of_account.get(account))
        if problem is not None:
            raise problem
        mine = self._of_account.setdefault(account, _Held())
        for held in (self._all, mine):
            held.uploads += 1
            held.size += size
        try:
            yield
        finally:
            for held in (self._all, mine):
                held.uploads -= 1
                held.size -= size
            if not mine.uploads:
                del self._of_account[account]

    def refusal(self, size: int, key_id: str | None) -> Problem | None:
        """What ``taken`` would raise, by the key that a request shows and nobody has verified: it opens nothing."""
        account = self._account_of_key.get(key_id or "")
        return self._refusal(size, self._of_account.get(account) if account is not None else None)

    def _refusal(self, size: int, mine: _Held | None) -> Problem | None:
        if not self._all.uploads:
            return None
        uploads, left = self._most.uploads - self._all.uploads - 1, self._most.size - self._all.size - size
        if uploads < 0 or left < 0:
            return unavailable("too much code is being uploaded at the same time", retry_after=_LATER)
        if mine is not None and (mine.uploads + 1 > uploads or mine.size + size > left):
            return too_many("this account uploads too much code at the same time", retry_after=_LATER)
        return None
