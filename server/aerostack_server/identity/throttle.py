"""Failed logins: each one after the fifth makes the next wait longer. In the database, so for all replicas."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from aerostack_server import clock
from aerostack_server.database import tables
from aerostack_server.problems import too_many

_FREE = 5
_LONGEST = 15 * clock.MINUTE


def check(connection: Connection, *buckets: str) -> None:
    """Raise ``Problem`` with the time to wait while one of the buckets is blocked."""
    now = clock.now()
    blocked = connection.scalar(
        select(tables.throttles.c.blocked_until)
        .where(tables.throttles.c.bucket.in_(buckets), tables.throttles.c.blocked_until > now)
        .order_by(tables.throttles.c.blocked_until.desc())
    )
    if blocked is not None:
        raise too_many("too many failed logins", (blocked - now) / 1000)


def failed(connection: Connection, *buckets: str) -> None:
    """Note a failure in every bucket."""
    now = clock.now()
    for bucket in buckets:
        row = connection.execute(select(tables.throttles).where(tables.throttles.c.bucket == bucket)).first()
        failures = 1 + (row.failures if row else 0)
        wait = 0 if failures < _FREE else min(_LONGEST, clock.SECOND * 2 ** (failures - _FREE))
        values = {"failures": failures, "blocked_until": now + wait}
        if row is None:
            connection.execute(insert(tables.throttles).values(bucket=bucket, **values))
        else:
            connection.execute(update(tables.throttles).where(tables.throttles.c.bucket == bucket).values(**values))


def succeeded(connection: Connection, *buckets: str) -> None:
    """Forget the failures."""
    connection.execute(delete(tables.throttles).where(tables.throttles.c.bucket.in_(buckets)))
