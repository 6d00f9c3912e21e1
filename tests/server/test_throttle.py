"""Failed logins make the next one wait."""

from __future__ import annotations

import uuid

import pytest

from aerostack_server.database import Database
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
