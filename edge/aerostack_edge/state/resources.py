"""Databases, namespaces, buckets, queues: what exists, by id and by name. The data itself is in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from aerostack_edge.state.clock import now

Kind: TypeAlias = Literal["d1", "kv", "r2", "queue", "dispatch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One of them. ``created_on`` is RFC 3339; ``options`` are what the creating request said beside the name."""

    kind: Kind
    id: str
    name: str
    created_on: str
    options: Mapping[str, Any]


class NameTakenError(Exception):
    """Another resource of the kind has the name."""


def create(connection: sqlite3.Connection, kind: Kind, id: str, name: str, options: Mapping[str, Any]) -> Resource:
    """Add one. Raises ``NameTakenError``."""
    resource = Resource(kind=kind, id=id, name=name, created_on=now(), options=options)
    try:
        connection.execute(
            "INSERT INTO resources (kind, id, name, created_on, options) VALUES (?, ?, ?, ?, ?)",
            (kind, id, name, resource.created_on, json.dumps(options)),
        )
    except sqlite3.IntegrityError as error:
        raise NameTakenError(name) from error
    return resource


def get(connection: sqlite3.Connection, kind: Kind, id: str) -> Resource | None:
    """The one with the id."""
    row = connection.execute("SELECT * FROM resources WHERE kind = ? AND id = ?", (kind, id)).fetchone()
    return _resource(row) if row else None


def find(connection: sqlite3.Connection, kind: Kind, name: str) -> Resource | None:
    """The one with the name."""
    row = connection.execute("SELECT * FROM resources WHERE kind = ? AND name = ?", (kind, name)).fetchone()
    return _resource(row) if row else None


def listed(connection: sqlite3.Connection, kind: Kind) -> list[Resource]:
    """All of a kind, oldest first."""
    rows = connection.execute("SELECT * FROM resources WHERE kind = ? ORDER BY created_on, rowid", (kind,))
    return [_resource(row) for row in rows]


def change(
    connection: sqlite3.Connection, kind: Kind, id: str, *, name: str, options: Mapping[str, Any]
) -> Resource | None:
    """Give one another name and other options; ``None`` when there is none. Raises ``NameTakenError``."""
    try:
        connection.execute(
            "UPDATE resources SET name = ?, options = ? WHERE kind = ? AND id = ?",
            (name, json.dumps(options), kind, id),
        )
    except sqlite3.IntegrityError as error:
        raise NameTakenError(name) from error
    return get(connection, kind, id)


def delete(connection: sqlite3.Connection, kind: Kind, id: str) -> bool:
    """Remove one; whether it was there."""
    return connection.execute("DELETE FROM resources WHERE kind = ? AND id = ?", (kind, id)).rowcount > 0


def _resource(row: sqlite3.Row) -> Resource:
    return Resource(
        kind=row["kind"],
        id=row["id"],
        name=row["name"],
        created_on=row["created_on"],
        options=json.loads(row["options"]),
    )
