"""Namespaces of Durable Objects: which classes of which scripts have objects. What those hold is the runtime's."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from aerostack_edge.model import Migrated, ObjectNamespace


def of_script(connection: sqlite3.Connection, script: str) -> Migrated:
    """Those of a script, and the tag of its last migration; the tag is empty when there was none."""
    row = connection.execute("SELECT migration_tag FROM scripts WHERE name = ?", (script,)).fetchone()
    return Migrated(tag=row["migration_tag"] if row else "", objects=listed(connection).get(script, ()))


def listed(connection: sqlite3.Connection) -> Mapping[str, tuple[ObjectNamespace, ...]]:
    """All, by script."""
    found: dict[str, tuple[ObjectNamespace, ...]] = {}
    for row in connection.execute("SELECT * FROM objects ORDER BY script, class_name"):
        namespace = ObjectNamespace(id=row["id"], class_name=row["class_name"], use_sqlite=bool(row["use_sqlite"]))
        found[row["script"]] = (*found.get(row["script"], ()), namespace)
    return found


def migrate(connection: sqlite3.Connection, script: str, migrated: Migrated) -> None:
    """Make these all of the script's, which must exist."""
    connection.execute("DELETE FROM objects WHERE script = ?", (script,))
    connection.executemany(
        "INSERT INTO objects (id, script, class_name, use_sqlite) VALUES (?, ?, ?, ?)",
        [(item.id, script, item.class_name, item.use_sqlite) for item in migrated.objects],
    )
    connection.execute("UPDATE scripts SET migration_tag = ? WHERE name = ?", (migrated.tag, script))
