"""SQL by hand, for what every deploy does: SQLAlchemy prepares a statement ten times as long as SQLite runs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
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

    def _executed(self, connection: Connection, parameters: dict[str, Any]) -> Any:
        driver: Any = connection.connection.driver_connection
        dialect = connection.dialect
        errors: Any = dialect.loaded_dbapi
        try:
            if dialect.name == "sqlite":
                return driver.execute(self._sql, parameters)
            return driver.execute(self._of_postgres, parameters, prepare=True)
        except errors.Error as error:
            if dialect.is_disconnect(error, driver, None):
                # Those that wait in the pool are as old.
                connection.engine.dispose(close=False)
                connection.invalidate(error)
            raise DBAPIError.instance(self._sql, None, error, errors.Error, dialect=dialect) from error


def of_postgres(sql: str) -> str:
    """The same as psycopg wants it."""
    return _PARAMETER.sub(r"%(\1)s", sql)
