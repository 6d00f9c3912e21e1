"""The reads of the hot paths on PostgreSQL. Imported only where that is the database: psycopg takes memory."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, OperationalError
from psycopg import DataError as NotStorable
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.exc import DataError

from aerostack_server.database.statement import of_postgres

#: Seconds to wait for the first connection.
_PATIENCE = 15


class _Connection(AsyncConnection[Any]):
    @functools.cached_property
    def hot(self) -> AsyncCursor[Any]:
        """The one cursor of all reads: to make one takes a quarter of their time."""
        return self.cursor()


class Hot:
    """``open`` before use; it raises what psycopg says of a database that cannot be reached."""

    def __init__(self, url: str, most: int) -> None:
        self._pool: AsyncConnectionPool[_Connection] = AsyncConnectionPool(
            url, connection_class=_Connection, min_size=2, max_size=most, open=False, kwargs={"autocommit": True}
        )
        self._statements: dict[str, bytes] = {}

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=_PATIENCE)

    async def close(self) -> None:
        await self._pool.close()

    async def rows(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows of a statement with ``:named`` parameters."""
        statement = self._statements.get(sql)
        if statement is None:
            statement = self._statements[sql] = of_postgres(sql).encode()
        try:
            return await self._rows(statement, parameters)
        except NotStorable as error:
            # As everywhere else, where SQLAlchemy does it.
            raise DataError(sql, None, error) from None
        except OperationalError:
            # The database was restarted, and this was a connection from before: there may be more of them.
            await self._pool.check()
            return await self._rows(statement, parameters)

    async def _rows(self, statement: bytes, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        # Without the pool's own block, which would end a transaction that there is none of.
        connection = await self._pool.getconn()
        try:
            await connection.hot.execute(statement, parameters, prepare=True)
            return await connection.hot.fetchall()
        finally:
            await self._pool.putconn(connection)
