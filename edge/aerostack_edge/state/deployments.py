"""Deployments: which versions of a script are live. The newest one counts; none is ever changed."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aerostack_edge.state import scripts, versions
from aerostack_edge.state.clock import now
from aerostack_edge.state.scripts import Script
from aerostack_edge.state.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of the traffic, in percent, for one version."""

    version: str
    percentage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Versions made live; their shares add up to 100. ``source`` is who deployed: ``wrangler`` or ``api``."""

    id: str
    script: str
    shares: tuple[Share, ...]
    created_on: str
    annotations: Mapping[str, str]
    source: str


def record(
    connection: sqlite3.Connection, script: str, shares: Sequence[Share], annotations: Mapping[str, str], source: str
) -> Deployment:
    """Make versions the live ones."""
    deployment = Deployment(
        id=str(uuid.uuid4()),
        script=script,
        shares=tuple(shares),
        created_on=now(),
        annotations=annotations,
        source=source,
    )
    connection.execute(
        "INSERT INTO deployments (id, script, version, created_on, annotations, source, shares) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            deployment.id,
            script,
            _main(deployment),
            deployment.created_on,
            json.dumps(dict(annotations)),
            source,
            json.dumps([[share.version, share.percentage] for share in shares]),
        ),
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
            # Rows of the time before shares have none.
            shares=tuple(
                Share(version=version, percentage=percentage)
                for version, percentage in json.loads(row["shares"]) or [[row["version"], 100]]
            ),
            created_on=row["created_on"],
            annotations=json.loads(row["annotations"]),
            source=row["source"],
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
    """The version that answers requests, of several the one with the largest share; ``None`` before any deployment."""
    found = newest(connection, script, 1)
    return versions.get(connection, script, _main(found[0])) if found else None


def shared(connection: sqlite3.Connection, script: str) -> list[tuple[Version, float]]:
    """All versions that answer requests, with their percentages; none before any deployment."""
    found = newest(connection, script, 1)
    shares = found[0].shares if found else ()
    pairs = [(versions.get(connection, script, share.version), share.percentage) for share in shares]
    return [(version, percentage) for version, percentage in pairs if version is not None]


def _main(deployment: Deployment) -> str:
    return max(deployment.shares, key=lambda share: share.percentage).version
