"""The migrations of a D1 database, in the table that wrangler keeps: what one tool applies, the other knows."""

from __future__ import annotations

import re
import sqlite3

from aerostack.errors import ConfigError, RemoteError
from aerostack_cloudflare.d1 import D1
from aerostack_cloudflare.doubt import settle

#: The table's name unless a project has its own.
TABLE = "d1_migrations"

#: Text in which there is no statement: space and comments.
_NOTHING = re.compile(r"(?:\s|;|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*\Z", re.DOTALL)


def listed(d1: D1, database_id: str, table: str = TABLE) -> tuple[str, ...]:
    """The names of those that are applied, in the order in which they were. Reads only; raises ``RemoteError``."""
    there = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE"
    operation = f"reading which migrations the D1 database {database_id} has"
    if not d1.query(database_id, there, (table,), operation=operation, repeatable=True)[-1].rows:
        return ()
    # The name of a table cannot be a parameter.
    rows = f"SELECT name FROM {_identifier(table)} ORDER BY id"  # nosec B608
    found = d1.query(database_id, rows, operation=operation, repeatable=True)[-1].rows
    return tuple(str(row["name"]) for row in found)


def apply(d1: D1, database_id: str, name: str, sql: str, table: str = TABLE) -> bool:
    """Apply one, with its row in the table, in one transaction: both are there afterwards, or neither.

    When the answer is lost, the row decides. False when somebody else applied it meanwhile. Raises ``ConfigError`` for
    SQL that has no end, and ``RemoteError`` with what D1 says.
    """
    batch = transaction(name, sql, table)
    operation = f"applying the migration {name} to the D1 database {database_id}"

    def send() -> bool:
        try:
            d1.query(database_id, batch, operation=operation)
        except RemoteError as error:
            # A name is in the table once: where two apply the same, one of them is refused, for whatever comes first.
            if error.applied is False and error.status == 400 and name in listed(d1, database_id, table):
                return False
            raise
        return True

    return settle(d1.http, send, lambda: True if name in listed(d1, database_id, table) else None)


def transaction(name: str, sql: str, table: str = TABLE) -> str:
    """The statements of a migration and those that note it, to be sent as one. Raises ``ConfigError``."""
    end = "" if _NOTHING.match(sql) or sqlite3.complete_statement(sql) else "\n;"
    if end and not sqlite3.complete_statement(sql + end):
        raise ConfigError(
            f"the last statement of the migration {name} has no end: a quote, a comment or a trigger is left open",
            hint="close it in the file",
            code="migration",
        )
    # D1 takes no parameters with several statements.
    values = "'" + name.replace("'", "''") + "'"
    note = f"INSERT INTO {_identifier(table)} (name) VALUES ({values});"  # nosec B608
    return f"{_creation(table)}\n{sql}{end}\n{note}"


def _creation(table: str) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {_identifier(table)}(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
