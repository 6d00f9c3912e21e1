"""The reads of the hot paths on PostgreSQL. Imported only where that is the database: psycopg takes memory."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, OperationalError
from psycopg import DataError as NotStorable
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.exc import DataError

from aerostack_server.database.gathering import Gathering
from aerostack_server.database.statement import as_json, divided, for_each, of_postgres

Rows = Sequence[Sequence[Any]]

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
        self._gathering: Gathering[str] = Gathering(self._read)

    async def open(self) -> None:
        await self._pool.open(wait=True, timeout=_PATIENCE)

    async def close(self) -> None:
        await self._pool.close()

    async def rows(self, sql: str, parameters: Mapping[str, Any]) -> Rows:
        """All rows of a statement with ``:named`` parameters."""
        try:
            found: Rows = await self._gathering.add(sql, parameters)
        except NotStorable as error:
            # As everywhere else, where SQLAlchemy does it.
            raise DataError(sql, None, error) from None
        return found

    async def _read(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> list[Rows]:
        if len(parameters) == 1:
            return [await self._rows(_alone(sql), parameters[0])]
        rows = await self._rows(for_each(sql, parameters[0]), {"parameters": as_json(parameters)})
        return divided(rows, len(parameters))

    async def _rows(self, statement: bytes, parameters: Mapping[str, Any]) -> Rows:
        try:
            return await self._rows_once(statement, parameters)
        except OperationalError:
            # The database was restarted, and this was a connection from before: there may be more of them.
            await self._pool.check()
            return await self._rows_once(statement, parameters)

    async def _rows_once(self, statement: bytes, parameters: Mapping[str, Any]) -> Rows:
        # Without the pool's own block, which would end a transaction that there is none of.
        connection = await self._pool.getconn()
        try:
            await connection.hot.execute(statement, parameters, prepare=True)
            return await connection.hot.fetchall()
        finally:
            await self._pool.putconn(connection)


@functools.cache
def _alone(sql: str) -> bytes:
    return of_postgres(sql).encode()
