"""Deployments: which version of a script is live. The newest one counts; none is ever changed."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from aerostack_edge.state import scripts, versions
from aerostack_edge.state.clock import now
from aerostack_edge.state.scripts import Script
from aerostack_edge.state.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A version made live."""

    id: str
    script: str
    version: str
    created_on: str
    annotations: Mapping[str, str]


def record(connection: sqlite3.Connection, script: str, version: str, annotations: Mapping[str, str]) -> Deployment:
    """Make a version the live one."""
    deployment = Deployment(
        id=str(uuid.uuid4()), script=script, version=version, created_on=now(), annotations=annotations
    )
    connection.execute(
        "INSERT INTO deployments (id, script, version, created_on, annotations) VALUES (?, ?, ?, ?, ?)",
        (deployment.id, script, version, deployment.created_on, json.dumps(dict(annotations))),
    )
    return deployment


def newest(connection: sqlite3.Connection, script: str, limit: int) -> list[Deployment]:
    """The newest first: the first one is live."""
    rows = connection.execute(
        "SELECT * FROM deployments WHERE script = ? ORDER BY sequence DESC LIMIT ?", (script, limit)
    )
    return [
        Deployment(
            id=row["id"],
            script=row["script"],
            version=row["version"],
            created_on=row["created_on"],
            annotations=json.loads(row["annotations"]),
        )
        for row in rows
    ]


def callers(connection: sqlite3.Connection, script: str) -> list[Script]:
    """The other scripts whose live version has a service binding to this one."""
    found = []
    for other in scripts.listed(connection):
        version = live(connection, other.name) if other.name != script else None
        bindings = version.content.bindings if version else ()
        if any(binding["type"] == "service" and binding.get("service") == script for binding in bindings):
            found.append(other)
    return found


def producers(connection: sqlite3.Connection, queue: str) -> list[Script]:
    """The scripts whose live version has a binding to the queue of that name."""
    found = []
    for script in scripts.listed(connection):
        version = live(connection, script.name)
        bindings = version.content.bindings if version else ()
        if any(binding["type"] == "queue" and binding.get("queue_name") == queue for binding in bindings):
            found.append(script)
    return found


def live(connection: sqlite3.Connection, script: str) -> Version | None:
    """The version that answers requests; ``None`` when nothing has been deployed."""
    found = newest(connection, script, 1)
    return versions.get(connection, script, found[0].version) if found else None
