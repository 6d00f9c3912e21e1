"""Failed logins: each one after the fifth makes the next wait longer. In the database, so for all replicas.

A day after the last one they are forgotten.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from aerostack_server import clock
from aerostack_server.database import tables
from aerostack_server.problems import too_many

_FREE = 5
_LONGEST = 15 * clock.MINUTE
_REMEMBERED = clock.DAY


def sign_in_as(address: str) -> str:
    """The bucket of those who sign in with an e-mail address."""
    return f"sign-in as {sha256(address.encode()).hexdigest()}"


def check(connection: Connection, *buckets: str) -> None:
    """Raise ``Problem`` with the time to wait while one of the buckets is blocked.

    Until the transaction ends, nobody else gets past the check of the same buckets: with ``failed`` in it, of many who
    try at the same moment no more are let through than of many who try one after the other.
    """
    now = clock.now()
    until = max((row.blocked_until for row in _known(connection, buckets)), default=0)
    if until > now:
        raise too_many("too many failed logins", (until - now) / 1000)


def failed(connection: Connection, *buckets: str) -> None:
    """Note a failure in every bucket."""
    now, table = clock.now(), tables.throttles
    known = {row.bucket: row for row in _known(connection, buckets)}
    for bucket in sorted(set(buckets)):
        row = known.get(bucket)
        failures = 1 + (row.failures if row is not None and row.blocked_until > now - _REMEMBERED else 0)
        wait = 0 if failures < _FREE else min(_LONGEST, clock.SECOND * 2 ** min(failures - _FREE, 20))
        values = {"failures": failures, "blocked_until": now + wait}
        if row is None:
            connection.execute(insert(table).values(bucket=bucket, **values))
        else:
            connection.execute(update(table).where(table.c.bucket == bucket).values(**values))


def succeeded(connection: Connection, *buckets: str) -> None:
    """Forget the failures, and those of anybody that are old: addresses that nobody has are tried too."""
    table = tables.throttles
    old = table.c.blocked_until <= clock.now() - _REMEMBERED
    connection.execute(delete(table).where(or_(table.c.bucket.in_(buckets), old)))


def _known(connection: Connection, buckets: tuple[str, ...]) -> list[Row[Any]]:
    # SQLite has one writer at a time anyway. In order, so that no two wait for each other.
    table = tables.throttles
    wanted = select(table).where(table.c.bucket.in_(buckets)).order_by(table.c.bucket).with_for_update()
    return list(connection.execute(wanted))
