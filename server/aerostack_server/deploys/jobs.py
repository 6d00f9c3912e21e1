"""Work that must get done, by whichever replica: one row each, held by a lease.

Every lease has a number of its own (the fence), larger than any before: what an earlier holder still does is recognised
by it. Whoever dies stops renewing, and another takes over when the lease has run out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from aerostack_server import clock, ids
from aerostack_server.database import tables

LEASE = 30 * clock.SECOND
RENEWAL = 10.0  # seconds

#: Deploy what is queued for an environment.
DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class Lease:
    """``subject`` is what the job is about; ``attempts`` counts this one."""

    id: str
    kind: str
    subject: str
    fence: int
    attempts: int


def enqueue(connection: Connection, kind: str, subject: str) -> None:
    """Let there be a job; one that exists already is due now."""
    jobs, now = tables.jobs, clock.now()
    known = connection.execute(
        update(jobs).where(jobs.c.kind == kind, jobs.c.subject == subject).values(run_after=now, attempts=0)
    )
    if known.rowcount:
        return
    connection.execute(
        insert(jobs).values(
            id=ids.new("job"), kind=kind, subject=subject, run_after=now, lease_until=0, fence=0, attempts=0
        )
    )


def take(connection: Connection, owner: str) -> Lease | None:
    """The job that has waited longest and that nobody holds."""
    jobs, now = tables.jobs, clock.now()
    due = (
        select(jobs)
        .where(jobs.c.run_after <= now, jobs.c.lease_until <= now)
        .order_by(jobs.c.run_after)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(due).first()
    if row is None:
        return None
    connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(lease_owner=owner, lease_until=now + LEASE, fence=row.fence + 1, attempts=row.attempts + 1)
    )
    return Lease(row.id, row.kind, row.subject, row.fence + 1, row.attempts + 1)


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
    """It is done."""
    jobs = tables.jobs
    connection.execute(delete(jobs).where(jobs.c.id == lease.id, jobs.c.fence == lease.fence))


def postpone(connection: Connection, lease: Lease, seconds: float) -> None:
    """Try it again later."""
    jobs = tables.jobs
    connection.execute(
        update(jobs)
        .where(jobs.c.id == lease.id, jobs.c.fence == lease.fence)
        .values(run_after=clock.now() + int(seconds * 1000), lease_until=0)
    )


def release_all(connection: Connection) -> None:
    """For the start of the only process that there can be: whoever held a lease is dead."""
    connection.execute(update(tables.jobs).values(lease_until=0))
