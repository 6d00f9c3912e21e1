"""Messages of queues on disk: one SQLite file, one thread that talks to it. What a call has done survives any kill."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

T = TypeVar("T")
Format: TypeAlias = Literal["json", "text", "bytes", "v8"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    queue TEXT NOT NULL,
    sent INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    format TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, due);
CREATE INDEX IF NOT EXISTS messages_by_age ON messages (queue, sent);
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent; ``delay`` in seconds, ``None`` for that of the queue."""

    body: bytes
    format: Format = "json"
    delay: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A message under delivery. Times are milliseconds since 1970; ``attempts`` counts deliveries with this one."""

    id: str
    sent: int
    attempts: int
    format: Format
    body: bytes


@dataclass(frozen=True, slots=True)
class Agenda:
    """How many messages are due, ``since`` when the first of them, and when the ``next`` one will be."""

    ready: int
    since: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in a queue; ``oldest`` is milliseconds since 1970, 0 when nothing waits."""

    count: int
    bytes: int
    oldest: int


class Messages:
    """Every queue's messages, in the order in which they came. ``queue`` is always an id."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="messages")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or create the file."""
        self._connection = await asyncio.get_running_loop().run_in_executor(self._thread, _open, self._path)

    async def close(self) -> None:
        """Wait for what is running, then close the file. Fine when it was never opened."""
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    async def put(self, queue: str, messages: Sequence[tuple[Message, int]], now: int) -> None:
        """Add messages, each with the time when it is due."""
        rows = [(str(uuid.uuid4()), queue, now, due, message.format, message.body) for message, due in messages]
        await self._change("INSERT INTO messages (id, queue, sent, due, format, body) VALUES (?, ?, ?, ?, ?, ?)", rows)

    async def agenda(self, queue: str, now: int) -> Agenda:
        """What there is to do."""

        def query(connection: sqlite3.Connection) -> Agenda:
            ready, since = connection.execute(
                "SELECT count(*), min(due) FROM messages WHERE queue = ? AND due <= ?", (queue, now)
            ).fetchone()
            (later,) = connection.execute(
                "SELECT min(due) FROM messages WHERE queue = ? AND due > ?", (queue, now)
            ).fetchone()
            return Agenda(ready, since, later)

        return await self._run(query)

    async def take(self, queue: str, limit: int, now: int) -> list[Taken]:
        """The first messages that are due; their attempts count from now, whatever happens to us."""

        def query(connection: sqlite3.Connection) -> list[Taken]:
            rows = connection.execute(
                "SELECT id, sent, attempts + 1, format, body FROM messages WHERE queue = ? AND due <= ? "
                "ORDER BY sequence LIMIT ?",
                (queue, now, limit),
            ).fetchall()
            connection.executemany("UPDATE messages SET attempts = attempts + 1 WHERE id = ?", [(r[0],) for r in rows])
            return [Taken(*row) for row in rows]

        return await self._run(query)

    async def delete(self, ids: Iterable[str]) -> None:
        """They are done."""
        await self._change("DELETE FROM messages WHERE id = ?", [(id,) for id in ids])

    async def delay(self, due: Iterable[tuple[str, int]], *, attempts: int = 0) -> None:
        """Set when messages are due again, by id; ``attempts`` is added to theirs."""
        await self._change(
            "UPDATE messages SET due = ?, attempts = attempts + ? WHERE id = ?",
            [(when, attempts, id) for id, when in due],
        )

    async def move(self, ids: Iterable[str], queue: str, due: int) -> None:
        """Put messages into another queue, as if they were sent to it now."""
        await self._change(
            "UPDATE messages SET queue = ?, due = ?, sent = ?, attempts = 0 WHERE id = ?",
            [(queue, due, due, id) for id in ids],
        )

    async def expire(self, queue: str, sent: int) -> int:
        """Delete what was sent before that time; how many it was."""
        return await self._run(
            lambda connection: (
                connection.execute("DELETE FROM messages WHERE queue = ? AND sent < ?", (queue, sent)).rowcount
            )
        )

    async def depth(self, queue: str) -> Depth:
        """What waits, due or not."""

        def query(connection: sqlite3.Connection) -> Depth:
            return Depth(
                *connection.execute(
                    "SELECT count(*), coalesce(sum(length(body)), 0), coalesce(min(sent), 0) FROM messages "
                    "WHERE queue = ?",
                    (queue,),
                ).fetchone()
            )

        return await self._run(query)

    async def clear(self, queue: str) -> None:
        """Delete all of a queue."""
        await self._change("DELETE FROM messages WHERE queue = ?", [(queue,)])

    async def _change(self, statement: str, rows: Sequence[tuple[str | int | bytes, ...]]) -> None:
        def query(connection: sqlite3.Connection) -> None:
            # Its cursor ends here: one that ends in another thread resets the statement, which may be in use again.
            connection.executemany(statement, rows)

        await self._run(query)

    async def _run(self, query: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection
        assert connection is not None, "open() comes first"

        def transaction() -> T:
            with connection:
                return query(connection)

        # Once begun it ends, even when the one who asked goes away.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, transaction))


def _open(path: Path) -> sqlite3.Connection:
    # SQLite would create it readable for others.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    return connection
