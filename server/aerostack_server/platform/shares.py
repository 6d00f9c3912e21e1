"""What one account may ask of the platform by itself, as in the console of a database: others deploy meanwhile.

The platform's limit is one for all accounts, and so are the threads that wait for its answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aerostack.http import TokenBucket
from aerostack_server.problems import too_many

#: Requests of an account that wait for the platform at the same time; more of them wait for these.
_AT_ONCE = 2
#: The part of all requests that one account may make.
_PART = 4
#: Accounts that are remembered.
_MOST = 4096


@dataclass(slots=True)
class _Share:
    bucket: TokenBucket
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    users: int = 0


class Shares:
    """``requests`` is what the platform takes of this process in 5 minutes."""

    def __init__(self, requests: int) -> None:
        self._requests = max(1, requests // _PART)
        self._of: dict[str, _Share] = {}

    @contextlib.asynccontextmanager
    async def taken(self, account: str) -> AsyncIterator[None]:
        """One request of the account. Raises ``Problem`` when it has made too many."""
        share = self._of.get(account) or self._new(account)
        wait = share.bucket.delay(time.monotonic())
        if wait > 0:
            raise too_many("this account asks too much of the platform at the moment", retry_after=wait)
        share.bucket.take(time.monotonic())
        share.users += 1
        try:
            async with share.at_once:
                yield
        finally:
            share.users -= 1

    def _new(self, account: str) -> _Share:
        if len(self._of) >= _MOST:
            self._of = {name: share for name, share in self._of.items() if share.users}
        return self._of.setdefault(account, _Share(TokenBucket(self._requests)))
