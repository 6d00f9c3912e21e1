"""What calls a script beside its own address: cron schedules, routes and custom domains."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from aerostack_edge.state.clock import now

Kind: TypeAlias = Literal["schedule", "route", "domain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """``key`` is the cron expression, the pattern or the host name; ``options`` are what was said beside it."""

    kind: Kind
    script: str
    key: str
    id: str
    created_on: str
    options: Mapping[str, Any]


def replace(
    connection: sqlite3.Connection, kind: Kind, script: str, wanted: Mapping[str, Mapping[str, Any]]
) -> list[Trigger]:
    """Make ``wanted``, by key, all that the script has of the kind. Those that stay keep their id."""
    for trigger in of_script(connection, kind, script):
        if trigger.key not in wanted:
            delete(connection, trigger.id)
    put(connection, kind, script, wanted)
    return of_script(connection, kind, script)


def put(connection: sqlite3.Connection, kind: Kind, script: str, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Add those, or change their options."""
    connection.executemany(
        "INSERT INTO triggers (kind, script, key, id, created_on, options) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, script, key) DO UPDATE SET options = excluded.options",
        [(kind, script, key, secrets.token_hex(16), now(), json.dumps(options)) for key, options in wanted.items()],
    )


def change(connection: sqlite3.Connection, id: str, script: str, key: str) -> None:
    """Give one to another script, under another key."""
    connection.execute("UPDATE triggers SET script = ?, key = ? WHERE id = ?", (script, key, id))


def release(connection: sqlite3.Connection, kind: Kind, keys: Iterable[str], *, but: str) -> None:
    """Take the keys away from every script other than ``but``."""
    connection.executemany(
        "DELETE FROM triggers WHERE kind = ? AND key = ? AND script <> ?", [(kind, key, but) for key in keys]
    )


def of_script(connection: sqlite3.Connection, kind: Kind, script: str) -> list[Trigger]:
    """Those of one script, in the order in which they came."""
    rows = connection.execute("SELECT * FROM triggers WHERE kind = ? AND script = ? ORDER BY rowid", (kind, script))
    return [_trigger(row) for row in rows]


def listed(connection: sqlite3.Connection, kind: Kind) -> list[Trigger]:
    """Those of all scripts."""
    return [
        _trigger(row) for row in connection.execute("SELECT * FROM triggers WHERE kind = ? ORDER BY rowid", (kind,))
    ]


def get(connection: sqlite3.Connection, kind: Kind, id: str) -> Trigger | None:
    """The one with the id."""
    row = connection.execute("SELECT * FROM triggers WHERE kind = ? AND id = ?", (kind, id)).fetchone()
    return _trigger(row) if row else None


def delete(connection: sqlite3.Connection, id: str) -> None:
    """Remove one."""
    connection.execute("DELETE FROM triggers WHERE id = ?", (id,))


def _trigger(row: sqlite3.Row) -> Trigger:
    return Trigger(
        kind=row["kind"],
        script=row["script"],
        key=row["key"],
        id=row["id"],
        created_on=row["created_on"],
        options=json.loads(row["options"]),
    )
