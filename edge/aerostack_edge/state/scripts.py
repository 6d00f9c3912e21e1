"""Scripts: a name, its address and settings. What it runs is in ``state/versions.py``."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aerostack_edge.state.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """``tag`` is the immutable id, 32 hex digits. ``enabled`` says whether it answers at its address; ``migration_tag``
    is that of its last migration of Durable Objects, empty when there was none.

    ``settings`` are those that belong to no version: observability, tags, logpush, tail consumers.
    """

    name: str
    tag: str
    created_on: str
    modified_on: str
    enabled: bool
    previews_enabled: bool
    settings: Mapping[str, Any]
    migration_tag: str


def ensure(connection: sqlite3.Connection, name: str) -> None:
    """Add the script unless it is there; either way it is modified now."""
    time = now()
    connection.execute(
        "INSERT INTO scripts (name, tag, created_on, modified_on) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET modified_on = excluded.modified_on",
        (name, secrets.token_hex(16), time, time),
    )


def get(connection: sqlite3.Connection, name: str) -> Script | None:
    """The script of that name."""
    row = connection.execute("SELECT * FROM scripts WHERE name = ?", (name,)).fetchone()
    return _script(row) if row else None


def get_by_tag(connection: sqlite3.Connection, tag: str) -> Script | None:
    """The script of that id."""
    row = connection.execute("SELECT * FROM scripts WHERE tag = ?", (tag,)).fetchone()
    return _script(row) if row else None


def listed(connection: sqlite3.Connection) -> list[Script]:
    """All outside dispatch namespaces, by name."""
    return [
        _script(row) for row in connection.execute("SELECT * FROM scripts WHERE instr(name, '/') = 0 ORDER BY name")
    ]


def set_address(connection: sqlite3.Connection, name: str, *, enabled: bool, previews_enabled: bool) -> None:
    """Switch the script's address on or off."""
    connection.execute(
        "UPDATE scripts SET enabled = ?, previews_enabled = ?, modified_on = ? WHERE name = ?",
        (enabled, previews_enabled, now(), name),
    )


def merge_settings(connection: sqlite3.Connection, name: str, changes: Mapping[str, Any]) -> None:
    """Set what ``changes`` names and leave the rest."""
    script = get(connection, name)
    if script is not None:
        connection.execute(
            "UPDATE scripts SET settings = ?, modified_on = ? WHERE name = ?",
            (json.dumps({**script.settings, **changes}), now(), name),
        )


def delete(connection: sqlite3.Connection, name: str) -> bool:
    """Remove the script with all that is its own: versions, secrets, triggers; whether it was there."""
    connection.execute("DELETE FROM consumers WHERE script = ?", (name,))
    return connection.execute("DELETE FROM scripts WHERE name = ?", (name,)).rowcount > 0


def _script(row: sqlite3.Row) -> Script:
    return Script(
        name=row["name"],
        tag=row["tag"],
        created_on=row["created_on"],
        modified_on=row["modified_on"],
        enabled=bool(row["enabled"]),
        previews_enabled=bool(row["previews_enabled"]),
        settings=json.loads(row["settings"]),
        migration_tag=row["migration_tag"],
    )
