"""SQL by hand, for what every deploy does: SQLAlchemy prepares a statement ten times as long as SQLite runs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_PARAMETER = re.compile(r":(\w+)")


class Statement:
    """With ``:named`` parameters. It runs in the connection's transaction, and its errors are SQLAlchemy's."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._of_postgres = of_postgres(sql)

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
