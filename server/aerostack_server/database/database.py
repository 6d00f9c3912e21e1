"""One database, SQLite or PostgreSQL, for every replica.

Everything is SQLAlchemy Core in a thread, but for ``row``: the reads of the hot paths, which skip what SQLAlchemy does
for each statement and, on SQLite, the thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from aerostack.errors import ConfigError
from aerostack_server.database.gathering import Gathering
from aerostack_server.database.turn import Turn
from aerostack_server.database.writer import Writer

if TYPE_CHECKING:
    from aerostack_server.database.hot import Hot

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741
Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]

#: Threads, and so connections, for everything that is no hot read.
_THREADS = 8
#: How often a transaction is run again that was in another's way.
_REPEATS = 2


class Database:
    """``open`` before use. ``write`` and ``read`` run a function with a connection, in one transaction."""

    def __init__(self, url: str) -> None:
        self._url = _normal(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self.engine: Engine = _engine(self._url, self.is_sqlite)
        self._reader: Engine = _engine(self._url, True, read_only=True) if self.is_sqlite else self.engine
        # SQLite has one writer: a queue in front of it is fairer than its busy handler.
        self._writers: Writer | ThreadPoolExecutor = (
            Writer(self.engine, self._write, Turn(Path(f"{self._url.database}-turn")))
            if self.is_sqlite
            else ThreadPoolExecutor(_THREADS, thread_name_prefix="write")
        )
        self._readers = ThreadPoolExecutor(_THREADS, thread_name_prefix="read")
        self._gathering: Gathering[Together] = Gathering(self._write_all)
        self._hot: sqlite3.Connection | None = None
        self._pool: Hot | None = None

    async def open(self) -> None:
        """Connect. Raises ``ConfigError`` for a database that cannot be reached."""
        try:
            if self.is_sqlite:
                self._hot = sqlite3.connect(str(self._url.database), isolation_level=None, check_same_thread=False)
                self._hot.execute("PRAGMA query_only = ON")
                self._hot.execute("PRAGMA busy_timeout = 5000")
            else:
                from aerostack_server.database.hot import Hot

                self._pool = Hot(_plain(self._url), _THREADS)
                await self._pool.open()
        except Exception as error:
            raise ConfigError(
                f"the database cannot be opened: {type(error).__name__}", key="DATABASE_URL", hint="check DATABASE_URL"
            ) from error

    async def close(self) -> None:
        if self._hot is not None:
            self._hot.close()
        if self._pool is not None:
            await self._pool.close()
        for threads in (self._writers, self._readers):
            await asyncio.to_thread(threads.shutdown)
        self._reader.dispose()
        self.engine.dispose()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """``work`` in a transaction that is durable when this returns. It may run again from the start."""
        return await asyncio.wrap_future(self._submit(work))

    async def write_together(self, work: Callable[[Connection, Sequence[I]], Sequence[T | Exception]], value: I) -> T:
        """As ``write``, in one call of ``work`` for all values that wait at the same moment; its result for this one.

        ``work`` returns the error of a value of which it writes nothing. When it raises, each is tried by itself.
        """
        outcome: T = await self._gathering.add(work, value)
        return outcome

    async def _write_all(self, work: Together, values: Sequence[Any]) -> Sequence[Any]:
        return await self.write(lambda connection: work(connection, values))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """``work`` in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """``write`` for callers that are in a thread."""
        # In the same queue as everybody: two who wait for SQLite's lock sleep past each other.
        return self._submit(work).result()

    def _submit(self, work: Callable[[Connection], T]) -> Future[T]:
        if isinstance(self._writers, Writer):
            return self._writers.submit(work)
        return self._writers.submit(self._write, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        for _ in range(_REPEATS):
            # Two requests that create the same thing both find nothing; the one that is late has to look again.
            with contextlib.suppress(IntegrityError, OperationalError):
                return self._write_once(work)
        return self._write_once(work)

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """``read`` for callers that are in a thread."""
        for _ in range(_REPEATS):
            # The database was restarted, and this was a connection from before. To ask at each would cost a round trip.
            with contextlib.suppress(OperationalError):
                return self._read_once(work)
        return self._read_once(work)

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        with self._reader.connect() as connection:
            return work(connection)

    async def moment(self) -> int:
        """What its clock says, in milliseconds since 1970; SQLite's is that of this machine."""
        if self.is_sqlite:
            return time.time_ns() // 1_000_000
        found = await self.row("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)", {})
        assert found is not None
        return int(found[0])

    async def row(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[Any] | None:
        """The first row of a statement with ``:named`` parameters. For the hot paths alone."""
        found = await self.rows(sql, parameters)
        return found[0] if found else None

    async def rows(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows, as ``row``."""
        if self._hot is not None:
            # A point read takes microseconds: a thread would cost ten times that.
            return self._hot.execute(sql, dict(parameters)).fetchall()
        assert self._pool is not None, "the database is not open"
        return await self._pool.rows(sql, parameters)


def _normal(url: str) -> sqlalchemy.URL:
    try:
        parsed = make_url(url)
    except sqlalchemy.exc.ArgumentError:
        raise ConfigError(
            "DATABASE_URL is no address of a database",
            key="DATABASE_URL",
            hint="write it like postgresql://user:password@host/name, or sqlite:////folder/server.db",
        ) from None
    name = parsed.get_backend_name()
    if name in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite" and parsed.database:
        return parsed
    raise ConfigError(
        f"DATABASE_URL names a database of the kind {name}", key="DATABASE_URL", hint="use postgresql:// or sqlite:///"
    )


def _plain(url: sqlalchemy.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _engine(url: sqlalchemy.URL, is_sqlite: bool, *, read_only: bool = False) -> Engine:
    if not is_sqlite:
        return sqlalchemy.create_engine(url, pool_size=2 * _THREADS)
    file = Path(str(url.database))
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite would let everybody on the machine read it. What it puts beside it has the same mode.
    file.touch(mode=0o600, exist_ok=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # The driver's own transactions begin too late: they read before they lock.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
