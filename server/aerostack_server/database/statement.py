"""SQL by hand, for what every deploy does: SQLAlchemy prepares a statement ten times as long as SQLite runs it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_PARAMETER = re.compile(r"(?<!:):(\w+)")
_TYPES = {bool: "boolean", int: "bigint"}


class Statement:
    """With ``:named`` parameters. It runs in the connection's transaction, and its errors are SQLAlchemy's."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._of_postgres = of_postgres(sql)
        self._only_reads = sql.lstrip().startswith("SELECT")

    def rows(self, connection: Connection, **parameters: Any) -> Sequence[Sequence[Any]]:
        """All rows of its result."""
        found: Sequence[Sequence[Any]] = self._executed(connection, parameters).fetchall()
        return found

    def row(self, connection: Connection, **parameters: Any) -> Sequence[Any] | None:
        """The first row."""
        found = self.rows(connection, **parameters)
        return found[0] if found else None

    def run(self, connection: Connection, **parameters: Any) -> None:
        """For what has no result."""
        self._executed(connection, parameters)

    def each(self, connection: Connection, parameters: Sequence[dict[str, Any]]) -> list[Sequence[Sequence[Any]]]:
        """The rows for each of the parameters, one after the other, in one round trip."""
        if len(parameters) < 2 or connection.dialect.name == "sqlite":
            return [self.rows(connection, **each) for each in parameters]
        if self._only_reads:
            sql = for_each(self._sql, parameters[0])
            given = {"parameters": as_json(parameters)}
            rows = self._sent(connection, lambda driver: driver.execute(sql, given, prepare=True)).fetchall()
            return divided(rows, len(parameters))
        cursor = self._sent(connection, lambda driver: self._pipelined(driver, parameters, returning=True))
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        return found

    def run_all(self, connection: Connection, parameters: Sequence[dict[str, Any]]) -> None:
        """``run`` for each of the parameters, in one round trip."""
        if len(parameters) < 2 or connection.dialect.name == "sqlite":
            for each in parameters:
                self.run(connection, **each)
        else:
            self._sent(connection, lambda driver: self._pipelined(driver, parameters, returning=False))

    def _executed(self, connection: Connection, parameters: dict[str, Any]) -> Any:
        if connection.dialect.name == "sqlite":
            return self._sent(connection, lambda driver: driver.execute(self._sql, parameters))
        return self._sent(connection, lambda driver: driver.execute(self._of_postgres, parameters, prepare=True))

    def _pipelined(self, driver: Any, parameters: Sequence[dict[str, Any]], *, returning: bool) -> Any:
        cursor = driver.cursor()
        cursor.executemany(self._of_postgres, parameters, returning=returning)
        return cursor

    def _sent(self, connection: Connection, send: Callable[[Any], Any]) -> Any:
        driver: Any = connection.connection.driver_connection
        dialect = connection.dialect
        errors: Any = dialect.loaded_dbapi
        try:
            return send(driver)
        except errors.Error as error:
            if dialect.is_disconnect(error, driver, None):
                # Those that wait in the pool are as old.
                connection.engine.dispose(close=False)
                connection.invalidate(error)
            raise DBAPIError.instance(self._sql, None, error, errors.Error, dialect=dialect) from error


def of_postgres(sql: str) -> str:
    """The same as psycopg wants it."""
    return _PARAMETER.sub(r"%(\1)s", sql)


def for_each(sql: str, example: Mapping[str, Any]) -> bytes:
    """A ``SELECT`` for PostgreSQL that is given ``parameters``, all of the types of the ``example``, at once.

    ``divided`` says which of its rows are whose. One text is less work for psycopg than an array for each parameter,
    and far less than a statement for each: it sends and receives every one by itself, also in a pipeline.
    """
    return _for_each(sql, tuple((name, _TYPES.get(type(value), "text")) for name, value in example.items()))


@functools.cache
def _for_each(sql: str, columns: tuple[tuple[str, str], ...]) -> bytes:
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    # With the offset each is found as it would be alone: a join of all may look through a whole table.
    lateral = _PARAMETER.sub(r'given."\1"', sql)
    # The names are those of parameters in our own statements.
    given = f"ROWS FROM (json_to_recordset(%(parameters)s) AS ({declared})) WITH ORDINALITY"
    names = ", ".join(f'"{name}"' for name, _ in columns)
    sql = f"SELECT given.place, found.* FROM {given} AS given({names}, place), LATERAL ({lateral} OFFSET 0) found"  # nosec B608
    return sql.encode()


def as_json(parameters: Sequence[Mapping[str, Any]]) -> str:
    """The parameters of ``for_each``."""
    return json.dumps(parameters, separators=(",", ":"))


def divided(rows: Sequence[Sequence[Any]], count: int) -> list[Sequence[Sequence[Any]]]:
    """The rows of ``for_each`` for each of its parameters."""
    found: list[list[Sequence[Any]]] = [[] for _ in range(count)]
    for row in rows:
        found[row[0] - 1].append(row[1:])
    return [*found]
