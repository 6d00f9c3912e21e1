"""What is asked for becomes a part of the history, several at once.

Whoever deploys by a plan has the environment to himself: from the moment that the deployment is recorded until it is
live or has failed, another one by a plan is a conflict. It is a lease that ends by itself, as the deployment does, also
when the client or a replica dies. Its fencing token is the number of the job's lease, which is checked at the flip.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from aerostack_server import clock, ids
from aerostack_server.database import Statement, tables
from aerostack_server.deploys import deployments, jobs
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, invalid, not_found

_KNOWN = Statement("""
SELECT id FROM deployments WHERE environment_id = :environment AND idempotency_key = :key
""")
_NUMBERS = Statement("""
UPDATE environments SET last_number = last_number + :count WHERE id = :environment RETURNING last_number, live_id
""")
_HOLDERS = Statement("""
SELECT id, number, holder, created_at, idempotency_key FROM deployments
WHERE status IN ('queued', 'running') AND environment_id = :environment AND holder IS NOT NULL
""")
_INSERT = Statement("""
INSERT INTO deployments (id, environment_id, number, status, content_hash, document, idempotency_key, request_hash,
    expected_live, holder, created_by_kind, created_by_name, message, commit_ref, log, created_at)
VALUES (:id, :environment_id, :number, :status, :content_hash, :document, :idempotency_key, :request_hash,
    :expected_live, :holder, :created_by_kind, :created_by_name, :message, :commit_ref, :log, :created_at)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a client asks for. ``expected_live`` is the deployment it saw live: ``""`` for none, ``None`` for any.

    ``by`` is kind and name of who makes it, ``holder`` who does it, for those whom it keeps waiting. ``replaces`` is
    the key of an upload of the same client, which was interrupted and may still be under way. ``behind`` is how many
    others of the account wait.
    """

    environment_id: str
    document: Mapping[str, Any]
    content_hash: str
    idempotency_key: str
    request_hash: str
    expected_live: str | None
    by: tuple[str, str]
    message: str | None
    commit: str | None
    holder: str | None = None
    replaces: str | None = None
    behind: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """There is one deployment with it."""
        return self.environment_id, self.idempotency_key


@dataclass(frozen=True, slots=True)
class Submitted:
    """``new`` unless it was there already: the same key with the same content is the same deployment."""

    deployment: Deployment
    new: bool


def submit(connection: Connection, wanted: Submission) -> Submitted:
    """As ``submit_all``. Raises ``Problem``."""
    (outcome,) = submit_all(connection, [wanted])
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def submit_all(connection: Connection, wanted: Sequence[Submission]) -> list[Submitted | Problem]:
    """Record each with the job of its environment, in this order. One that is refused leaves nothing behind.

    It is with 404 when the environment is gone, 409 when somebody else is deploying, 412 when something else is live,
    422 when the key was used for other content.
    """
    known = _known(connection, wanted)
    fresh = [item for item in wanted if item.key not in known]
    if not fresh:
        return [_repeated(item, known[item.key]) for item in wanted]
    places = _held(connection, fresh)
    outcomes: list[Submitted | Problem] = []
    made = []
    for item in wanted:
        if item.key in known:
            outcomes.append(_repeated(item, known[item.key]))
            continue
        try:
            deployment = places[item.environment_id].take(connection, item)
        except Problem as problem:
            outcomes.append(problem)
            continue
        known[item.key] = deployment
        made.append(_row(deployment, item))
        outcomes.append(Submitted(deployment, True))
    _settle(connection, places.values())
    _INSERT.run_all(connection, made)
    return outcomes


def again(connection: Connection, environment_id: str, old: Deployment, by: tuple[str, str], why: str) -> Deployment:
    """Record, with its job, that the content of ``old`` is to be deployed once more. Raises ``Problem``."""
    identifier = ids.new("again")
    wanted = Submission(
        environment_id=environment_id,
        document=old.document,
        content_hash=old.content_hash,
        idempotency_key=identifier,
        request_hash=hashlib.sha256(identifier.encode()).hexdigest(),
        expected_live=None,
        by=by,
        message=why,
        commit=old.commit,
    )
    return submit(connection, wanted).deployment


def author(caller: Caller) -> tuple[str, str]:
    """Who makes a deployment, as the history shows it."""
    return "user" if caller.kind == "user" else "key", caller.name


def _known(connection: Connection, wanted: Sequence[Submission]) -> dict[tuple[str, str], Deployment]:
    """Those that are there already, by key."""
    asked = [{"environment": item.environment_id, "key": item.idempotency_key} for item in wanted]
    found = zip(wanted, _KNOWN.each(connection, asked), strict=True)
    return {item.key: deployments.get(connection, str(rows[0][0])) for item, rows in found if rows}


def _repeated(item: Submission, known: Deployment) -> Submitted | Problem:
    if known.request_hash != item.request_hash:
        return invalid("this Idempotency-Key was used for another deployment", hint="use a new one for each")
    return Submitted(known, False)


class _Place:
    """An environment whose job is held: nobody else records for it, or makes anything live in it, meanwhile."""

    def __init__(self, id: str, wanted: Sequence[Submission]) -> None:
        self.id = id
        self.count = len(wanted)
        #: Whether it is to be deployed whatever there is, or only if the plan still holds.
        self.certain = any(item.expected_live is None for item in wanted)
        self.planned = any(item.expected_live is not None for item in wanted)
        self.behind = min(item.behind for item in wanted)
        self.is_there = False
        self.live: str | None = None
        self.last = 0
        self.holders: list[_Holder] = []
        self.taken = 0

    def take(self, connection: Connection, item: Submission) -> Deployment:
        """The next deployment. Raises ``Problem`` when there cannot be one now."""
        if not self.is_there:
            raise not_found("environment")
        if item.expected_live is not None:
            self._check_free(item.replaces)
            check_live(connection, item.expected_live, self.live)
        self.taken += 1
        made = Deployment(
            id=ids.new("dep"),
            environment_id=self.id,
            number=self.last - self.count + self.taken,
            status="queued",
            content_hash=item.content_hash,
            document=item.document,
            expected_live=item.expected_live,
            created_by=item.by,
            message=item.message,
            commit=item.commit,
            error=None,
            log="",
            created_at=clock.now(),
            finished_at=None,
            request_hash=item.request_hash,
        )
        if item.holder is not None:
            self.holders.append(_Holder(made.id, made.number, item.holder, made.created_at, item.idempotency_key))
        return made

    def _check_free(self, replaces: str | None) -> None:
        for holder in self.holders:
            if holder.idempotency_key != replaces:
                raise Problem(
                    409,
                    "deploy_in_progress",
                    f"deployment {holder.number} by {holder.name} is under way in this environment, since "
                    f"{clock.shown(holder.since)}",
                    hint="wait until it has ended (aerostack deployments list), look at the plan again, "
                    "then deploy again",
                    details={"deployment": holder.id, "number": holder.number, "holder": holder.name},
                )


class _Holder(NamedTuple):
    """A deployment that is open."""

    id: str
    number: int
    name: str
    since: int
    idempotency_key: str


def _held(connection: Connection, wanted: Sequence[Submission]) -> dict[str, _Place]:
    """Hold the jobs of their environments, which comes first: whoever takes one, or records too, waits from here on."""
    apart: dict[str, list[Submission]] = {}
    for item in wanted:
        apart.setdefault(item.environment_id, []).append(item)
    places = {id: _Place(id, apart[id]) for id in sorted(apart)}
    wishes = {place.id: jobs.Wish(place.certain, place.behind) for place in places.values()}
    jobs.hold(connection, jobs.DEPLOY, wishes)
    counts = [{"environment": place.id, "count": place.count} for place in places.values()]
    for place, rows in zip(places.values(), _NUMBERS.each(connection, counts), strict=True):
        if rows:
            place.is_there = True
            ((place.last, place.live),) = rows
    planned = [place for place in places.values() if place.planned]
    for place, rows in zip(
        planned, _HOLDERS.each(connection, [{"environment": each.id} for each in planned]), strict=True
    ):
        place.holders = [_Holder(*row) for row in rows]
    return places


def _settle(connection: Connection, places: Collection[_Place]) -> None:
    """Ask for what is only now certain, and give back the numbers of those that were refused."""
    late = [place for place in places if place.taken and not place.certain]
    jobs.hold(connection, jobs.DEPLOY, {place.id: jobs.Wish(True, place.behind) for place in late})
    unused = [place for place in places if place.taken < place.count]
    _NUMBERS.each(connection, [{"environment": each.id, "count": each.taken - each.count} for each in unused])


def check_live(connection: Connection, expected: str, live: str | None) -> None:
    """Raise ``Problem`` when something else than ``expected`` is live."""
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


def _row(made: Deployment, item: Submission) -> dict[str, Any]:
    kind, name = made.created_by
    return {
        "id": made.id,
        "environment_id": made.environment_id,
        "number": made.number,
        "status": made.status,
        "content_hash": made.content_hash,
        "document": json.dumps(made.document),
        "idempotency_key": item.idempotency_key,
        "request_hash": made.request_hash,
        "expected_live": made.expected_live,
        "holder": item.holder,
        "created_by_kind": kind,
        "created_by_name": name,
        "message": made.message,
        "commit_ref": made.commit,
        "log": made.log,
        "created_at": made.created_at,
    }
