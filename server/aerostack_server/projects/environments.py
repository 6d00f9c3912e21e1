"""Environments of a project: made by the first thing that needs one."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from aerostack_server import clock, ids
from aerostack_server.database import tables
from aerostack_server.problems import invalid, not_found
from aerostack_server.projects.projects import Project

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\Z")
_LABEL = 63
_FIND = select(tables.environments).where(
    tables.environments.c.project_id == bindparam("project"), tables.environments.c.name == bindparam("name")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """``live_id`` is the deployment that gets the requests."""

    id: str
    project_id: str
    name: str
    live_id: str | None
    crons: tuple[str, ...]
    created_at: int


def find(connection: Connection, project: Project, name: str) -> Environment:
    """Raises ``Problem`` when the project has none of that name."""
    found = _found(connection, project, name)
    if found is None:
        raise not_found("environment")
    return found


def ensure(connection: Connection, project: Project, name: str) -> Environment:
    """The environment, made if need be. Raises ``Problem`` for a name that cannot be one."""
    found = _found(connection, project, name)
    if found is not None:
        return found
    if not _NAME.match(name):
        raise invalid(
            f"{name[:80]!r} cannot be the name of an environment",
            hint="use letters, digits, - and _, at most 63 of them",
        )
    connection.execute(
        insert(tables.environments).values(
            id=ids.new("env"), project_id=project.id, name=name, last_number=0, crons="[]", created_at=clock.now()
        )
    )
    return find(connection, project, name)


def listed(connection: Connection, project: Project) -> list[Environment]:
    """By name."""
    environments = tables.environments
    rows = connection.execute(
        select(environments).where(environments.c.project_id == project.id).order_by(environments.c.name)
    )
    return [_environment(row) for row in rows]


def remove(connection: Connection, environment: Environment) -> None:
    """With its history and secrets."""
    connection.execute(delete(tables.environments).where(tables.environments.c.id == environment.id))


def label(project_slug: str, environment: str) -> str:
    """The part of a host name that stands for both. What does not show both as they are gets a hash."""
    text = f"{project_slug}-{environment.lower().replace('_', '-')}"
    # With a hyphen in it, the environment `b-c` of `a` would share its host with `c` of `a-b`.
    if len(text) <= _LABEL and environment.isalnum() and environment == environment.lower():
        return text
    mark = hashlib.sha256(f"{project_slug}/{environment}".encode()).hexdigest()[:8]
    return f"{text[: _LABEL - 9].rstrip('-')}-{mark}"


def _found(connection: Connection, project: Project, name: str) -> Environment | None:
    row = connection.execute(_FIND, {"project": project.id, "name": name}).first()
    return None if row is None else _environment(row)


def _environment(row: Row[Any]) -> Environment:
    return Environment(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        live_id=row.live_id,
        crons=tuple(json.loads(row.crons)),
        created_at=row.created_at,
    )
