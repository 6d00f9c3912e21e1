"""The one thread of a process that writes to SQLite, which has one writer. Processes take turns.

What waits at the same moment goes into one transaction and so to the disk at once: each is durable when it is answered,
and twenty cost one ``fsync``.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from aerostack_server.database.turn import Turn

T = TypeVar("T")

#: Works of one transaction: readers of another process wait for its end.
_MOST = 32


class _Item(NamedTuple):
    work: Callable[[Connection], Any]
    future: Future[Any]


class Writer:
    """``alone`` runs one work in a transaction of its own, as often as it takes."""

    def __init__(self, engine: Engine, alone: Callable[[Callable[[Connection], Any]], Any], turn: Turn) -> None:
        self._engine = engine
        self._turn = turn
        self._alone = alone
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="write", daemon=True)
        self._started = threading.Lock()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Have ``work`` done; the future ends when it is durable."""
        if not self._thread.is_alive():
            with self._started:
                if not self._thread.is_alive():
                    self._thread.start()
        future: Future[T] = Future()
        self._queue.put(_Item(work, future))
        return future

    def shutdown(self) -> None:
        """End, after everything that was submitted."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._turn.close()

    def _run(self) -> None:
        ended = False
        while not ended and (item := self._queue.get()) is not None:
            with self._turn:
                # What came while others had their turn shares this one.
                batch = [item]
                while not ended and len(batch) < _MOST and not self._queue.empty():
                    following = self._queue.get()
                    ended = following is None
                    batch += [following] if following is not None else []
                batch = [item for item in batch if item.future.set_running_or_notify_cancel()]
                outcomes = self._carried_out(batch)
            for item, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, _Failed):
                    item.future.set_exception(outcome.error)
                else:
                    item.future.set_result(outcome)

    def _carried_out(self, batch: list[_Item]) -> list[Any]:
        """What came of each."""
        done: dict[int, Any] = {}
        if len(batch) > 1:
            # When the transaction itself fails nothing of it is there, and each learns for itself why.
            with contextlib.suppress(Exception):
                done = self._together(batch)
        return [done[place] if place in done else _tried(self._alone, item.work) for place, item in enumerate(batch)]

    def _together(self, batch: list[_Item]) -> dict[int, Any]:
        """What came of each in one transaction; without those that another was in the way of."""
        done = {}
        with self._engine.begin() as connection:
            # SQLAlchemy's own savepoints cost more than what is done between them.
            run = connection.connection.driver_connection.execute  # type: ignore[union-attr]
            for place, item in enumerate(batch):
                run("SAVEPOINT work")
                outcome = _tried(item.work, connection)
                if isinstance(outcome, _Failed):
                    run("ROLLBACK TO work")
                run("RELEASE work")
                if not (isinstance(outcome, _Failed) and isinstance(outcome.error, DBAPIError)):
                    done[place] = outcome
        return done


class _Failed(NamedTuple):
    error: Exception


def _tried(work: Callable[[Any], Any], given: Any) -> Any:
    try:
        return work(given)
    except Exception as error:  # whoever asked for it gets it
        return _Failed(error)
