"""The account's own settings."""

from __future__ import annotations

import sqlite3


def subdomain(connection: sqlite3.Connection) -> str | None:
    """The label below which the Workers live, empty when there is none; ``None`` before the first start."""
    row = connection.execute("SELECT value FROM account WHERE key = 'subdomain'").fetchone()
    return str(row["value"]) if row else None


def set_subdomain(connection: sqlite3.Connection, label: str) -> None:
    """Move every Worker below another label."""
    connection.execute(
        "INSERT INTO account (key, value) VALUES ('subdomain', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (label,),
    )
