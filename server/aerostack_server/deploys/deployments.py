"""The history of an environment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from aerostack_server import clock, ids
from aerostack_server.database import Database, tables
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, invalid, not_found
from aerostack_server.projects.environments import Environment

SETTLED = frozenset({"live", "superseded", "failed"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a client asks for. ``expected_live`` is the deployment it saw live: ``""`` for none, ``None`` for any."""

    document: Mapping[str, Any]
    content_hash: str
    idempotency_key: str
    request_hash: str
    expected_live: str | None
    message: str | None
    commit: str | None


def submit(
    connection: Connection, environment: Environment, wanted: Submission, caller: Caller
) -> tuple[Deployment, bool]:
    """Record it, and whether it is new: the same key with the same content is the same deployment.

    Raises ``Problem``: 412 when something else is live, 422 when the key was used for other content.
    """
    table = tables.deployments
    known = connection.execute(
        select(table).where(table.c.environment_id == environment.id, table.c.idempotency_key == wanted.idempotency_key)
    ).first()
    if known is not None:
        if known.request_hash != wanted.request_hash:
            raise invalid("this Idempotency-Key was used for another deployment", hint="use a new one for each")
        return of(known), False
    check_live(wanted.expected_live, environment.live_id)
    return _insert(connection, environment.id, wanted, author(caller)), True


def again(connection: Connection, environment_id: str, old: Deployment, by: tuple[str, str], why: str) -> Deployment:
    """Record that the content of ``old`` is to be deployed once more."""
    identifier = ids.new("again")
    wanted = Submission(
        document=old.document,
        content_hash=old.content_hash,
        idempotency_key=identifier,
        request_hash=hashlib.sha256(identifier.encode()).hexdigest(),
        expected_live=None,
        message=why,
        commit=old.commit,
    )
    return _insert(connection, environment_id, wanted, by)


def newest(connection: Connection, environment_id: str, *statuses: str) -> Deployment | None:
    """The last one with one of the statuses."""
    table = tables.deployments
    wanted = select(table).where(table.c.environment_id == environment_id, table.c.status.in_(statuses))
    row = connection.execute(wanted.order_by(table.c.number.desc()).limit(1)).first()
    return of(row) if row else None


def author(caller: Caller) -> tuple[str, str]:
    """Who makes a deployment, as the history shows it."""
    return "user" if caller.kind == "user" else "key", caller.name


def _insert(connection: Connection, environment_id: str, wanted: Submission, by: tuple[str, str]) -> Deployment:
    table, environments = tables.deployments, tables.environments
    number = connection.scalar(
        update(environments)
        .where(environments.c.id == environment_id)
        .values(last_number=environments.c.last_number + 1)
        .returning(environments.c.last_number)
    )
    kind, name = by
    made = connection.execute(
        insert(table)
        .values(
            id=ids.new("dep"),
            environment_id=environment_id,
            number=number,
            status="queued",
            content_hash=wanted.content_hash,
            document=json.dumps(wanted.document),
            idempotency_key=wanted.idempotency_key,
            request_hash=wanted.request_hash,
            expected_live=wanted.expected_live,
            created_by_kind=kind,
            created_by_name=name,
            message=wanted.message,
            commit_ref=wanted.commit,
            log="",
            created_at=clock.now(),
        )
        .returning(table)
    )
    return of(made.one())


def check_live(expected: str | None, live: str | None) -> None:
    """Raise ``Problem`` when another deployment is live than the one that was expected."""
    if expected is not None and expected != (live or ""):
        raise Problem(
            412,
            "live_changed",
            f"{live or 'nothing'} is live now, not {expected or 'nothing'}",
            hint="somebody else has deployed: look at the plan again, then deploy again",
        )


def find(connection: Connection, environment: Environment, reference: str) -> Deployment:
    """By id, or by number. Raises ``Problem``."""
    table = tables.deployments
    named = table.c.number == int(reference) if _is_number(reference) else table.c.id == reference
    row = connection.execute(select(table).where(table.c.environment_id == environment.id, named)).first()
    if row is None:
        raise not_found("deployment")
    return of(row)


def listed(connection: Connection, environment: Environment, *, before: int | None, limit: int) -> list[Deployment]:
    """The newest first."""
    table = tables.deployments
    wanted = select(table).where(table.c.environment_id == environment.id)
    if before is not None:
        wanted = wanted.where(table.c.number < before)
    return [of(row) for row in connection.execute(wanted.order_by(table.c.number.desc()).limit(limit))]


async def waiting(database: Database) -> int:
    """How many have not come to an end."""
    row = await database.row("SELECT count(*) FROM deployments WHERE status IN ('queued', 'running')", {})
    return int(row[0]) if row else 0


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
