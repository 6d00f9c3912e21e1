"""What is asked of the database at the same moment, and of one kind, goes there together.

A round trip for each costs more than what is read or written; and those that take their turn at the same rows would
queue there, statement by statement and sync by sync. While one batch is under way the next gathers, so nobody waits for
company.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

#: Values of one batch: whatever a transaction locks waits for its end.
_MOST = 32
#: Seconds after which a batch is slow, and not waited for by the next.
SLOW = 0.05


class _Item(NamedTuple):
    value: Any
    future: asyncio.Future[Any]


class Gathering(Generic[K]):
    """``carry_out`` is given a kind and its values, and returns what comes of each: a result, or the error to raise.

    When it raises, each of its values is tried by itself. Used by one event loop.
    """

    def __init__(self, carry_out: Callable[[K, Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._carry_out = carry_out
        self._waiting: dict[K, deque[_Item]] = {}
        #: When the last batch of a kind began, of those that have one under way.
        self._began: dict[K, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, kind: K, value: Any) -> Any:
        """What comes of the value."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.setdefault(kind, deque()).append(_Item(value, future))
        began = self._began.get(kind)
        if began is None or loop.time() - began > SLOW:
            self._began[kind] = loop.time()
            task = loop.create_task(self._run(kind))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _run(self, kind: K) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._waiting[kind]
        while waiting:
            began = self._began[kind] = loop.time()
            batch = [waiting.popleft() for _ in range(min(_MOST, len(waiting)))]
            # Who has gone away by now wants nothing.
            await self._settle(kind, [item for item in batch if not item.future.done()])
            if self._began.get(kind) != began:
                return  # it was slow, and another goes on
        self._began.pop(kind, None)

    async def _settle(self, kind: K, batch: list[_Item]) -> None:
        if not batch:
            return
        try:
            outcomes = await self._carry_out(kind, [item.value for item in batch])
        except Exception as error:
            if len(batch) > 1:
                # Nothing of it is there. Each learns for itself what is wrong, and the others get through.
                await asyncio.gather(*(self._settle(kind, [item]) for item in batch))
                return
            outcomes = [error]
        for item, outcome in zip(batch, outcomes, strict=True):
            if item.future.done():
                continue
            if isinstance(outcome, Exception):
                item.future.set_exception(outcome)
            else:
                item.future.set_result(outcome)
