"""In which order what waits is carried out."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from aerostack_server import clock
from aerostack_server.database import Database, migrate_apart, tables
from aerostack_server.deploys import jobs
from aerostack_server.deploys.jobs import Wish


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, new_database):
    url = new_database(request.param)
    migrate_apart(url)
    made = Database(url)
    yield made
    made.engine.dispose()


def ask(database, **behind):
    """Ask for the job of each, with so many of its account before it."""
    wishes = {subject: Wish(True, count) for subject, count in behind.items()}
    database.write_now(lambda connection: jobs.hold(connection, jobs.DEPLOY, wishes))


def taken(database, *, finish=True):
    """The next one."""

    def work(connection):
        lease = jobs.take(connection, "tests", [jobs.DEPLOY])
        if lease is not None and finish:
            jobs.finish(connection, lease)
        return lease

    return database.write_now(work)


def order(database):
    """All that wait, as they are taken."""
    found = []
    while lease := taken(database):
        found.append(lease.subject)
    return found


@pytest.fixture
def later(database):
    """Let so many seconds pass: what is there gets older."""
    table = tables.jobs

    def wait(seconds):
        passed = seconds * clock.SECOND
        moments = (table.c.place, table.c.run_after, table.c.lease_until)
        older = update(table).values({moment: moment - passed for moment in moments})
        database.write_now(lambda connection: connection.execute(older))

    return wait


def test_who_asks_for_many_is_in_nobody_s_way(database, later):
    for number in range(9):
        ask(database, **{f"many{number}": number})
    later(1)
    ask(database, other=0)
    assert order(database) == ["many0", "other", *(f"many{number}" for number in range(1, 9))]


def test_two_who_ask_for_many_take_turns(database, later):
    for number in range(3):
        ask(database, **{f"one{number}": number})
    later(1)
    for number in range(3):
        ask(database, **{f"two{number}": number})
    assert order(database) == ["one0", "two0", "one1", "two1", "one2", "two2"]


def test_who_has_waited_comes_before_who_is_new(database, later):
    ask(database, first=0, second=1)
    later(11)
    ask(database, new=0)
    assert order(database) == ["first", "second", "new"]


def test_what_is_asked_for_again_keeps_its_place(database, later):
    ask(database, busy=0)
    later(1)
    ask(database, other=0)
    later(1)
    ask(database, busy=5)
    assert order(database) == ["busy", "other"]


def test_what_is_asked_for_again_comes_forward_when_less_is_before_it(database, later):
    ask(database, busy=50)
    later(1)
    ask(database, other=1)
    ask(database, busy=0)
    assert order(database) == ["busy", "other"]


def test_what_is_asked_for_while_it_is_done_goes_to_the_end(database, later):
    ask(database, busy=0)
    lease = taken(database, finish=False)
    later(1)
    ask(database, other=0)
    later(1)
    ask(database, busy=0)
    database.write_now(lambda connection: jobs.finish(connection, lease))
    assert order(database) == ["other", "busy"]
