"""Writes of one kind that wait at the same moment share a transaction, and each of its statements.

What takes its turn at the same rows would otherwise queue there, a round trip for each statement and a sync for each
transaction. While one batch is written the next gathers, so nobody waits for company.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

#: Items of one transaction: whatever it locks waits for its end.
_MOST = 32

#: What becomes of each item. It returns the error of an item that can have nothing of it written, and raises what
#: ends the transaction.
Work = Callable[[Connection, Sequence[Any]], Sequence[Any]]


class _Item(NamedTuple):
    value: Any
    future: asyncio.Future[Any]


class Gathering:
    """``write`` runs a function in a transaction. Used by one event loop."""

    def __init__(self, write: Callable[[Callable[[Connection], Any]], Awaitable[Any]]) -> None:
        self._write = write
        self._waiting: dict[Work, deque[_Item]] = {}
        self._writing: dict[Work, asyncio.Task[None]] = {}

    async def add(self, work: Callable[[Connection, Sequence[I]], Sequence[T | Exception]], value: I) -> T:
        """What ``work`` returns for the value, once that is durable; an error that it returns is raised."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(work, deque()).append(_Item(value, future))
        if work not in self._writing:
            self._writing[work] = asyncio.create_task(self._run(work))
        return await future

    async def _run(self, work: Work) -> None:
        waiting = self._waiting[work]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(_MOST, len(waiting)))]
                # Who has gone away by now wants nothing written.
                await self._carry_out(work, [item for item in batch if not item.future.done()])
        finally:
            del self._writing[work]

    async def _carry_out(self, work: Work, batch: list[_Item]) -> None:
        if not batch:
            return
        try:
            outcomes = await self._write(lambda connection: work(connection, [item.value for item in batch]))
        except Exception as error:
            if len(batch) > 1:
                # Nothing of it is there. Each learns for itself what is wrong, and the others get through.
                await asyncio.gather(*(self._carry_out(work, [item]) for item in batch))
                return
            outcomes = [error]
        for item, outcome in zip(batch, outcomes, strict=True):
            if item.future.done():
                continue
            if isinstance(outcome, Exception):
                item.future.set_exception(outcome)
            else:
                item.future.set_result(outcome)
