"""Failed logins make the next one wait."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.identity import throttle
from aerostack_server.problems import Problem


@pytest.fixture
def database(server):
    database = Database(server.database_url)
    yield database
    database.engine.dispose()


def test_after_five_failures_each_makes_the_wait_longer(database):
    bucket, waits = uuid.uuid4().hex, []
    for _ in range(14):
        database.write_now(lambda connection: throttle.failed(connection, bucket))
        try:
            database.write_now(lambda connection: throttle.check(connection, bucket))
            waits.append(0)
        except Problem as problem:
            assert (problem.status, problem.message) == (429, "too many failed logins")
            waits.append(round(problem.retry_after or 0))
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:] == [min(2**number, 512) for number in range(10)]
    # Somebody else, and who knew the password in the end, do not wait.
    database.write_now(lambda connection: throttle.check(connection, uuid.uuid4().hex))
    database.write_now(lambda connection: throttle.succeeded(connection, bucket))
    database.write_now(lambda connection: throttle.check(connection, bucket))


def test_any_of_the_buckets_blocks(database):
    address, network = uuid.uuid4().hex, uuid.uuid4().hex
    for _ in range(5):
        database.write_now(lambda connection: throttle.failed(connection, network))
    with pytest.raises(Problem, match="too many failed logins"):
        database.write_now(lambda connection: throttle.check(connection, address, network))


def many(database, buckets):
    """How many of 48 attempts at the same moment are let through."""

    def attempt(number):
        def work(connection):
            throttle.check(connection, *buckets[:: 1 if number % 2 else -1])
            throttle.failed(connection, *buckets[:: -1 if number % 2 else 1])

        try:
            database.write_now(work)
        except Problem:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        return sum(threads.map(attempt, range(48)))


def failures(database, buckets):
    with database.engine.connect() as connection:
        found = select(tables.throttles.c.failures).where(tables.throttles.c.bucket.in_(buckets))
        return list(connection.scalars(found))


def test_of_many_attempts_at_the_same_moment_each_is_counted(database):
    buckets = (uuid.uuid4().hex, uuid.uuid4().hex)
    tried = many(database, buckets)
    assert tried >= 5
    assert failures(database, buckets) == [tried, tried]


def test_of_many_at_the_same_moment_one_is_let_through_when_the_next_has_to_wait(database):
    buckets = (uuid.uuid4().hex, uuid.uuid4().hex)
    for _ in range(12):
        database.write_now(lambda connection: throttle.failed(connection, *buckets))
    over = update(tables.throttles).where(tables.throttles.c.bucket.in_(buckets)).values(blocked_until=clock.now())
    database.write_now(lambda connection: connection.execute(over))
    assert many(database, buckets) == 1
    assert failures(database, buckets) == [13, 13]


def test_failures_are_forgotten_after_a_day(database):
    bucket, nobody = uuid.uuid4().hex, uuid.uuid4().hex
    for _ in range(12):
        database.write_now(lambda connection: throttle.failed(connection, bucket, nobody))
    throttles, yesterday = tables.throttles, clock.now() - clock.DAY
    old = update(throttles).where(throttles.c.bucket.in_((bucket, nobody))).values(blocked_until=yesterday)
    database.write_now(lambda connection: connection.execute(old))
    database.write_now(lambda connection: throttle.failed(connection, bucket))
    database.write_now(lambda connection: throttle.check(connection, bucket))
    # What nobody asks for again does not stay either.
    database.write_now(lambda connection: throttle.succeeded(connection, uuid.uuid4().hex))
    with database.engine.connect() as connection:
        kept = select(throttles.c.bucket).where(throttles.c.bucket.in_((bucket, nobody)))
        assert list(connection.scalars(kept)) == [bucket]
