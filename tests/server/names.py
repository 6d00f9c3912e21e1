"""A table with one column, for tests of how a database is written to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import event, text

from aerostack_server.database import Database


@contextlib.contextmanager
def table_of_names(url: str) -> Iterator[Database]:
    """A database with the table ``t``, in which each ``name`` is there once."""
    made = Database(url)
    made.write_now(lambda connection: connection.execute(text("CREATE TABLE t (name TEXT PRIMARY KEY)")))
    yield made
    made.engine.dispose()


def names(database: Database) -> Sequence[str]:
    """Those that are there."""
    return database.read_now(lambda connection: connection.scalars(text("SELECT name FROM t ORDER BY name")).all())


def commits_of(database: Database) -> list[Any]:
    """One entry for each transaction from now on that ends well."""
    seen: list[Any] = []
    event.listen(database.engine, "commit", seen.append)
    return seen
