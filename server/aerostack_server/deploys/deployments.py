"""The history of an environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.problems import not_found
from aerostack_server.projects.environments import Environment

# Its number first: by the index of what is open, not along the history.
_NEWEST = select(tables.deployments).where(
    tables.deployments.c.environment_id == bindparam("environment"),
    tables.deployments.c.number
    == select(func.max(tables.deployments.c.number))
    .where(
        tables.deployments.c.status.in_(bindparam("statuses", expanding=True)),
        tables.deployments.c.environment_id == bindparam("environment"),
    )
    .scalar_subquery(),
)

#: ``pruned`` was superseded, and its code is not kept any more.
SETTLED = frozenset({"live", "superseded", "failed", "pruned"})
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """``document`` is the metadata of the upload; ``error`` says why it failed."""

    id: str
    environment_id: str
    number: int
    status: str
    content_hash: str
    document: Mapping[str, Any]
    expected_live: str | None
    created_by: tuple[str, str]
    message: str | None
    commit: str | None
    error: Mapping[str, Any] | None
    log: str
    created_at: int
    finished_at: int | None
    request_hash: str

    def shown(self, environment: str, url: str, log_url: str) -> dict[str, Any]:
        """As the API shows it."""
        kind, name = self.created_by
        return {
            "id": self.id,
            "number": self.number,
            "environment": environment,
            "status": self.status,
            "content_hash": self.content_hash,
            "url": url,
            "created_at": clock.shown(self.created_at),
            "finished_at": clock.shown(self.finished_at),
            "created_by": {"kind": kind, "name": name},
            "message": self.message,
            "commit": self.commit,
            "error": self.error,
            "log_url": log_url,
        }


def newest(connection: Connection, environment_id: str, *statuses: str) -> Deployment | None:
    """The last one with one of the statuses."""
    row = connection.execute(_NEWEST, {"environment": environment_id, "statuses": statuses}).first()
    return of(row) if row else None


def supersede(connection: Connection, newest: Deployment) -> None:
    """End those that are older and still open."""
    table = tables.deployments
    older = (table.c.environment_id == newest.environment_id) & (table.c.number < newest.number)
    connection.execute(
        update(table)
        .where(older, table.c.status.in_(OPEN))
        .values(status="superseded", finished_at=clock.now(), log=f"superseded by deployment {newest.number}\n")
    )


def find(connection: Connection, environment: Environment, reference: str) -> Deployment:
    """By id, or by number. Raises ``Problem``."""
    table = tables.deployments
    named = table.c.number == int(reference) if _is_number(reference) else table.c.id == reference
    row = connection.execute(select(table).where(table.c.environment_id == environment.id, named)).first()
    if row is None:
        raise not_found("deployment")
    return of(row)


def get(connection: Connection, identifier: str) -> Deployment:
    """One that there is."""
    table = tables.deployments
    return of(connection.execute(select(table).where(table.c.id == identifier)).one())


def hold(connection: Connection, deployment: Deployment) -> str:
    """Its status, which nobody changes until the transaction ends."""
    table = tables.deployments
    wanted = select(table.c.status).where(table.c.id == deployment.id).with_for_update()
    return str(connection.scalar(wanted))


def listed(connection: Connection, environment: Environment, *, before: int | None, limit: int) -> list[Deployment]:
    """The newest first."""
    table = tables.deployments
    wanted = select(table).where(table.c.environment_id == environment.id)
    if before is not None:
        wanted = wanted.where(table.c.number < before)
    return [of(row) for row in connection.execute(wanted.order_by(table.c.number.desc()).limit(limit))]


_WAITING = """
SELECT p.account_id, count(*)
FROM deployments d JOIN environments e ON e.id = d.environment_id JOIN projects p ON p.id = e.project_id
WHERE d.status IN ('queued', 'running') GROUP BY p.account_id
"""


async def waiting(database: Database) -> dict[str, int]:
    """How many have not come to an end, by account."""
    return {row[0]: row[1] for row in await database.rows(_WAITING, {})}


def of(row: Row[Any]) -> Deployment:
    """A row as a value."""
    return Deployment(
        id=row.id,
        environment_id=row.environment_id,
        number=row.number,
        status=row.status,
        content_hash=row.content_hash,
        document=json.loads(row.document),
        expected_live=row.expected_live,
        created_by=(row.created_by_kind, row.created_by_name),
        message=row.message,
        commit=row.commit_ref,
        error=json.loads(row.error) if row.error else None,
        log=row.log,
        created_at=row.created_at,
        finished_at=row.finished_at,
        request_hash=row.request_hash,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
