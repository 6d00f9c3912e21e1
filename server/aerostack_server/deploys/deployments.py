"""The history of an environment.

Whoever deploys by a plan has the environment to himself: from the moment that the deployment is recorded until it is
live or has failed, another one by a plan is a conflict. It is a lease that ends by itself, as the deployment does, also
when the client or a replica dies. Its fencing token is the number of the job's lease, which is checked at the flip.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from aerostack_server import clock, ids
from aerostack_server.database import Database, Statement, tables
from aerostack_server.deploys import jobs
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, invalid, not_found
from aerostack_server.projects.environments import Environment

_KNOWN = Statement("""
SELECT id, request_hash FROM deployments WHERE environment_id = :environment AND idempotency_key = :key
""")
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
_NUMBER = Statement("""
UPDATE environments SET last_number = last_number + 1 WHERE id = :environment RETURNING last_number, live_id
""")
_HOLDERS = select(tables.deployments).where(
    tables.deployments.c.status.in_(bindparam("statuses", expanding=True)),
    tables.deployments.c.environment_id == bindparam("environment"),
    tables.deployments.c.holder.is_not(None),
)
_INSERT = Statement("""
INSERT INTO deployments (id, environment_id, number, status, content_hash, document, idempotency_key, request_hash,
    expected_live, holder, created_by_kind, created_by_name, message, commit_ref, log, created_at)
VALUES (:id, :environment_id, :number, :status, :content_hash, :document, :idempotency_key, :request_hash,
    :expected_live, :holder, :created_by_kind, :created_by_name, :message, :commit_ref, :log, :created_at)
""")

SETTLED = frozenset({"live", "superseded", "failed"})
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a client asks for. ``expected_live`` is the deployment it saw live: ``""`` for none, ``None`` for any.

    ``holder`` is who does it, for those whom it keeps waiting. ``replaces`` is the key of an upload of the same client,
    which was interrupted and may still be under way.
    """

    document: Mapping[str, Any]
    content_hash: str
    idempotency_key: str
    request_hash: str
    expected_live: str | None
    message: str | None
    commit: str | None
    holder: str | None = None
    replaces: str | None = None


def submit(
    connection: Connection, environment: Environment, wanted: Submission, caller: Caller
) -> tuple[Deployment, bool]:
    """Record it with its job, and whether it is new: the same key with the same content is the same deployment.

    Raises ``Problem``: 409 when somebody else is deploying, 412 when something else is live, 422 when the key was used
    for other content.
    """
    known = _KNOWN.row(connection, environment=environment.id, key=wanted.idempotency_key)
    if known is not None:
        identifier, request_hash = known
        if request_hash != wanted.request_hash:
            raise invalid("this Idempotency-Key was used for another deployment", hint="use a new one for each")
        return find(connection, environment, identifier), False
    return _insert(connection, environment.id, wanted, author(caller)), True


def again(connection: Connection, environment_id: str, old: Deployment, by: tuple[str, str], why: str) -> Deployment:
    """Record, with its job, that the content of ``old`` is to be deployed once more."""
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


def author(caller: Caller) -> tuple[str, str]:
    """Who makes a deployment, as the history shows it."""
    return "user" if caller.kind == "user" else "key", caller.name


def _insert(connection: Connection, environment_id: str, wanted: Submission, by: tuple[str, str]) -> Deployment:
    """With its job, which comes first: whoever takes it, or records for the same environment, waits from here on."""
    jobs.enqueue(connection, jobs.DEPLOY, environment_id)
    ((number, live),) = _NUMBER.rows(connection, environment=environment_id)
    if wanted.expected_live is not None:
        _check_free(connection, environment_id, wanted.replaces)
        _check_live(connection, wanted.expected_live, live)
    kind, name = by
    made = Deployment(
        id=ids.new("dep"),
        environment_id=environment_id,
        number=number,
        status="queued",
        content_hash=wanted.content_hash,
        document=wanted.document,
        expected_live=wanted.expected_live,
        created_by=by,
        message=wanted.message,
        commit=wanted.commit,
        error=None,
        log="",
        created_at=clock.now(),
        finished_at=None,
        request_hash=wanted.request_hash,
    )
    _INSERT.run(
        connection,
        id=made.id,
        environment_id=environment_id,
        number=number,
        status=made.status,
        content_hash=made.content_hash,
        document=json.dumps(made.document),
        idempotency_key=wanted.idempotency_key,
        request_hash=made.request_hash,
        expected_live=made.expected_live,
        holder=wanted.holder,
        created_by_kind=kind,
        created_by_name=name,
        message=made.message,
        commit_ref=made.commit,
        log=made.log,
        created_at=made.created_at,
    )
    return made


def _check_free(connection: Connection, environment_id: str, replaces: str | None) -> None:
    for row in connection.execute(_HOLDERS, {"environment": environment_id, "statuses": OPEN}):
        if row.idempotency_key != replaces:
            raise Problem(
                409,
                "deploy_in_progress",
                f"deployment {row.number} by {row.holder} is under way in this environment, since "
                f"{clock.shown(row.created_at)}",
                hint="wait until it has ended (aerostack deployments list), look at the plan again, then deploy again",
                details={"deployment": row.id, "number": row.number, "holder": row.holder},
            )


def _check_live(connection: Connection, expected: str, live: str | None) -> None:
    if expected == (live or ""):
        return
    table, now = tables.deployments, "nothing"
    row = connection.execute(select(table).where(table.c.id == live)).first() if live else None
    if row is not None:
        now = f"deployment {row.number} by {row.holder or row.created_by_name} ({live})"
    raise Problem(
        412,
        "live_changed",
        f"{now} is live now, not {expected or 'nothing'}",
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
