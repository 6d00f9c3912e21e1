"""Which script consumes a queue, and how."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aerostack_edge.state.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """``queue`` is the id of the queue, ``dead_letter_queue`` the name of another or empty."""

    id: str
    queue: str
    script: str
    created_on: str
    dead_letter_queue: str
    settings: Mapping[str, Any]


class ConsumerExistsError(Exception):
    """The script consumes the queue already, or another does: a queue has one consumer."""


def create(
    connection: sqlite3.Connection, queue: str, script: str, dead_letter_queue: str, settings: Mapping[str, Any]
) -> Consumer:
    """Let the script consume the queue. Raises ``ConsumerExistsError``."""
    if of_queue(connection, queue):
        raise ConsumerExistsError(queue)
    consumer = Consumer(
        id=secrets.token_hex(16),
        queue=queue,
        script=script,
        created_on=now(),
        dead_letter_queue=dead_letter_queue,
        settings=settings,
    )
    connection.execute(
        "INSERT INTO consumers (id, queue, script, created_on, dead_letter_queue, settings) VALUES (?, ?, ?, ?, ?, ?)",
        (consumer.id, queue, script, consumer.created_on, dead_letter_queue, json.dumps(settings)),
    )
    return consumer


def change(
    connection: sqlite3.Connection, id: str, script: str, dead_letter_queue: str, settings: Mapping[str, Any]
) -> Consumer | None:
    """Set all of one; ``None`` when there is none."""
    connection.execute(
        "UPDATE consumers SET script = ?, dead_letter_queue = ?, settings = ? WHERE id = ?",
        (script, dead_letter_queue, json.dumps(settings), id),
    )
    return get(connection, id)


def get(connection: sqlite3.Connection, id: str) -> Consumer | None:
    """The one with the id."""
    row = connection.execute("SELECT * FROM consumers WHERE id = ?", (id,)).fetchone()
    return _consumer(row) if row else None


def of_queue(connection: sqlite3.Connection, queue: str) -> list[Consumer]:
    """Those of a queue."""
    return [_consumer(row) for row in connection.execute("SELECT * FROM consumers WHERE queue = ?", (queue,))]


def of_script(connection: sqlite3.Connection, script: str) -> list[Consumer]:
    """Those that are the script."""
    return [_consumer(row) for row in connection.execute("SELECT * FROM consumers WHERE script = ?", (script,))]


def listed(connection: sqlite3.Connection) -> list[Consumer]:
    """All."""
    return [_consumer(row) for row in connection.execute("SELECT * FROM consumers ORDER BY created_on")]


def delete(connection: sqlite3.Connection, id: str) -> bool:
    """Remove one; whether it was there."""
    return connection.execute("DELETE FROM consumers WHERE id = ?", (id,)).rowcount > 0


def delete_of_queue(connection: sqlite3.Connection, queue: str) -> None:
    """Remove those of a queue."""
    connection.execute("DELETE FROM consumers WHERE queue = ?", (queue,))


def _consumer(row: sqlite3.Row) -> Consumer:
    return Consumer(
        id=row["id"],
        queue=row["queue"],
        script=row["script"],
        created_on=row["created_on"],
        dead_letter_queue=row["dead_letter_queue"],
        settings=json.loads(row["settings"]),
    )
