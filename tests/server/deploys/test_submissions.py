"""Deployments that are recorded in one transaction come out as if one had been recorded after the other."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import insert, select

from aerostack_server.database import Database, migrate_apart, tables
from aerostack_server.deploys import jobs
from aerostack_server.deploys.submissions import Submission, submit_all


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request, new_database):
    url = new_database(request.param)
    migrate_apart(url)
    made = Database(url)
    yield made
    made.engine.dispose()


@pytest.fixture
def environment(database):
    """A new one, its id."""
    made = uuid.uuid4().hex

    def work(connection):
        for table, row in (
            (tables.accounts, {"name": made, "slug": made, "created_at": 0}),
            (tables.projects, {"account_id": made, "name": made, "slug": made, "public": True, "created_at": 0}),
            (tables.environments, {"project_id": made, "name": made, "last_number": 0, "crons": "[]", "created_at": 0}),
        ):
            connection.execute(insert(table).values(id=made, **row))

    database.write_now(work)
    return made


def wanted(environment, key, **changed):
    given = {"document": {}, "content_hash": key, "request_hash": key, "expected_live": None, "by": ("key", "tests")}
    return Submission(
        **{**given, "environment_id": environment, "idempotency_key": key, "message": None, "commit": None, **changed}
    )


def submitted(database, *items):
    """Number and whether it is new, or the status of a refusal, for each."""
    outcomes = database.write_now(lambda connection: submit_all(connection, items))
    return [(made.deployment.number, made.new) if hasattr(made, "new") else made.status for made in outcomes]


def history(database, environment):
    table = tables.deployments
    rows = select(table.c.number).where(table.c.environment_id == environment).order_by(table.c.number)
    return database.read_now(lambda connection: connection.scalars(rows).all())


def job(database, environment):
    """When the job of the environment is due, and how often it was tried."""
    table = tables.jobs
    row = select(table.c.run_after, table.c.attempts).where(table.c.subject == environment)
    return database.read_now(lambda connection: connection.execute(row).one_or_none())


def test_they_are_numbered_in_their_order(database, environment):
    assert submitted(database, *(wanted(environment, str(number)) for number in range(3))) == [
        (1, True),
        (2, True),
        (3, True),
    ]
    assert submitted(database, wanted(environment, "later")) == [(4, True)]
    assert history(database, environment) == [1, 2, 3, 4]


def test_the_same_key_is_one_deployment_also_at_the_same_moment(database, environment):
    one, other = wanted(environment, "key"), wanted(environment, "key", request_hash="other")
    assert submitted(database, one, one, other, wanted(environment, "next")) == [(1, True), (1, False), 422, (2, True)]
    assert submitted(database, one, other) == [(1, False), 422]
    assert history(database, environment) == [1, 2]


def test_of_two_by_a_plan_the_second_is_a_conflict_and_takes_no_number(database, environment):
    one = wanted(environment, "one", expected_live="", holder="ada")
    two = wanted(environment, "two", expected_live="", holder="bob")
    assert submitted(database, one, two, wanted(environment, "three")) == [(1, True), 409, (2, True)]
    assert submitted(database, two) == [409]
    assert submitted(database, wanted(environment, "four", expected_live="", replaces="one")) == [(3, True)]
    assert history(database, environment) == [1, 2, 3]


def test_one_that_is_refused_does_not_hurry_a_job_that_waits(database, environment):
    assert submitted(database, wanted(environment, "one", holder="ada")) == [(1, True)]
    moment = 1 << 50

    def postpone(connection):
        table = tables.jobs
        connection.execute(table.update().where(table.c.subject == environment).values(run_after=moment, attempts=3))

    database.write_now(postpone)
    assert submitted(database, wanted(environment, "two", expected_live="")) == [409]
    assert job(database, environment) == (moment, 3)
    assert submitted(database, wanted(environment, "three", expected_live="", replaces="one")) == [(2, True)]
    due, attempts = job(database, environment)
    assert due < moment
    assert attempts == 0


def test_each_environment_is_counted_and_refused_by_itself(database, environment):
    gone = uuid.uuid4().hex
    items = [wanted(gone, "one"), wanted(environment, "one"), wanted(environment, "two", expected_live="dep_x")]
    assert submitted(database, *items) == [404, (1, True), 412]
    assert history(database, environment) == [1]
    assert job(database, environment) is not None
    database.write_now(lambda connection: jobs.cancel(connection, jobs.DEPLOY, gone))
