"""Work that must get done, by whichever replica: one row each, held by a lease.

Every lease has a number of its own (the fence), larger than any before: what an earlier holder still does is recognised
by it. Whoever dies stops renewing, and another takes over when the lease has run out. Asking again for a job that is
being done sets its ``attempts`` back, by which its holder sees that it is not over.

They are taken in the order of their places. One that has others of its account before it stands as if it had come that
much later, so that who asks for a thousand at once is in nobody's way; as time goes on it comes before who is new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from aerostack_server import clock, ids
from aerostack_server.database import Database, Statement, tables

LEASE = 30 * clock.SECOND
RENEWAL = 10.0  # seconds
#: What each job before it, of the same account, sets one back.
STEP = 10 * clock.SECOND

_ENQUEUE = Statement("""
INSERT INTO jobs (id, kind, subject, run_after, place, lease_until, fence, attempts)
VALUES (:id, :kind, :subject, :due, :due, 0, 0, 0)
ON CONFLICT (kind, subject) DO UPDATE SET run_after = excluded.run_after, place = excluded.place, attempts = 0
""")
_HOLD = Statement("""
INSERT INTO jobs (id, kind, subject, run_after, place, lease_until, fence, attempts)
VALUES (:id, :kind, :subject, :due, :place, 0, 0, 0)
ON CONFLICT (kind, subject) DO UPDATE SET
    run_after = CASE WHEN :asked THEN excluded.run_after ELSE jobs.run_after END,
    place = CASE WHEN :asked AND (jobs.lease_until > :due OR jobs.place > excluded.place)
        THEN excluded.place ELSE jobs.place END,
    attempts = CASE WHEN :asked THEN 0 ELSE jobs.attempts END
""")
_ANY_DUE = "SELECT id FROM jobs WHERE kind IN ({kinds}) AND run_after <= :now AND lease_until <= :now LIMIT 1"
_THERE = "SELECT id FROM jobs WHERE kind = :kind AND subject = :subject"
_TAKEABLE = (
    select(tables.jobs)
    .where(
        tables.jobs.c.run_after <= bindparam("now"),
        tables.jobs.c.lease_until <= bindparam("now"),
        tables.jobs.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(tables.jobs.c.place, tables.jobs.c.run_after)
    .limit(1)
    .with_for_update(skip_locked=True)
)

#: Deploy what is queued for an environment.
DEPLOY = "deploy"
#: Tell the platform the keys of an account.
KEYS = "keys"
#: Seal everything with the first master key.
RESEAL = "reseal"
#: Call the Worker of an environment by its schedule.
CRON = "cron"


@dataclass(frozen=True, slots=True)
class Lease:
    """``subject`` is what the job is about; ``attempts`` counts this one; ``due`` is when it was to be done."""

    id: str
    kind: str
    subject: str
    fence: int
    attempts: int
    due: int


def enqueue(connection: Connection, kind: str, subject: str, at: int | None = None) -> None:
    """Let there be a job, due now or ``at`` a moment; one that exists already is set to that."""
    due = clock.now() if at is None else at
    _ENQUEUE.run(connection, id=ids.new("job"), kind=kind, subject=subject, due=due)


@dataclass(frozen=True, slots=True)
class Wish:
    """``asked`` is whether a job is asked for, ``behind`` how many of its account are before it."""

    asked: bool
    behind: int = 0


def hold(connection: Connection, kind: str, subjects: Mapping[str, Wish]) -> None:
    """Let nobody take, end or ask for the jobs of these subjects until the transaction ends.

    One that waits already keeps its place when that is the better one. Of those that are not asked for, one that there
    is none of is made, too.
    """
    due = clock.now()
    # In one order: two who lock the same ones would wait for each other.
    rows = [
        {
            "id": ids.new("job"),
            "kind": kind,
            "subject": subject,
            "due": due,
            "place": due + wish.behind * STEP,
            "asked": wish.asked,
        }
        for subject, wish in sorted(subjects.items(), key=lambda item: item[0])
    ]
    _HOLD.run_all(connection, rows)


def cancel(connection: Connection, kind: str, subject: str) -> None:
    """Let there be no such job."""
    jobs = tables.jobs
    connection.execute(delete(jobs).where(jobs.c.kind == kind, jobs.c.subject == subject))


async def any_due(database: Database, kinds: Collection[str]) -> bool:
    """Whether ``take`` would find one; cheaper, and the way to ask often."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return await database.row(_ANY_DUE.format(kinds=named), {"now": clock.now()}) is not None


async def is_there(database: Database, kind: str, subject: str) -> bool:
    """Whether it is still to be done."""
    return await database.row(_THERE, {"kind": kind, "subject": subject}) is not None


def take(connection: Connection, owner: str, kinds: Collection[str]) -> Lease | None:
    """The first job that is due and that nobody holds."""
    jobs, now = tables.jobs, clock.now()
    row = connection.execute(_TAKEABLE, {"now": now, "kinds": list(kinds)}).first()
    if row is None:
        return None
    connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(lease_owner=owner, lease_until=now + LEASE, fence=row.fence + 1, attempts=row.attempts + 1)
    )
    return Lease(row.id, row.kind, row.subject, row.fence + 1, row.attempts + 1, row.run_after)


def renew(connection: Connection, lease: Lease) -> bool:
    """Hold it longer; ``False`` when somebody else holds it by now."""
    jobs = tables.jobs
    done = connection.execute(
        update(jobs).where(jobs.c.id == lease.id, jobs.c.fence == lease.fence).values(lease_until=clock.now() + LEASE)
    )
    return bool(done.rowcount)


def holds(connection: Connection, lease: Lease) -> bool:
    """Whether it is still held, checked in the transaction of what depends on it."""
    jobs = tables.jobs
    held = select(jobs.c.id).where(jobs.c.id == lease.id, jobs.c.fence == lease.fence).with_for_update()
    return connection.execute(held).first() is not None


def finish(connection: Connection, lease: Lease) -> None:
    """It is done, unless it was asked for again meanwhile: then it is due."""
    jobs = tables.jobs
    unasked = delete(jobs).where(jobs.c.id == lease.id, jobs.c.fence == lease.fence, jobs.c.attempts == lease.attempts)
    if not connection.execute(unasked).rowcount:
        _release(connection, lease)


def postpone(connection: Connection, lease: Lease, seconds: float) -> None:
    """Try it again later."""
    repeat(connection, lease, clock.now() + int(seconds * 1000), lease.attempts)


def repeat(connection: Connection, lease: Lease, at: int, attempts: int = 0) -> None:
    """Do it again ``at`` a moment, unless it was asked for meanwhile."""
    jobs = tables.jobs
    unasked = (
        update(jobs)
        .where(jobs.c.id == lease.id, jobs.c.fence == lease.fence, jobs.c.attempts == lease.attempts)
        .values(run_after=at, lease_until=0, attempts=attempts)
    )
    if not connection.execute(unasked).rowcount:
        _release(connection, lease)


def release_all(connection: Connection) -> None:
    """For the start of the only process that there can be: whoever held a lease is dead."""
    connection.execute(update(tables.jobs).values(lease_until=0))


def _release(connection: Connection, lease: Lease) -> None:
    jobs = tables.jobs
    connection.execute(update(jobs).where(jobs.c.id == lease.id, jobs.c.fence == lease.fence).values(lease_until=0))
