"""What is written to SQLite at the same moment shares a transaction, and nothing else."""

from __future__ import annotations

import contextlib
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.server.names import commits_of, names, table_of_names

from aerostack_server.database import Database


@pytest.fixture
def url(new_database):
    return new_database("sqlite")


@pytest.fixture
def database(url):
    with table_of_names(url) as made:
        yield made


@pytest.fixture
def commits(database):
    return commits_of(database)


def insert(*names):
    def work(connection):
        for name in names:
            connection.execute(text("INSERT INTO t VALUES (:name)"), {"name": name})
        return names[0]

    return work


def together(database, *works):
    """Have them written while the writer is busy with something else: what became of each."""
    with busy(database):
        futures = [database._writers.submit(work) for work in works]
    return [future.exception(10) or future.result() for future in futures]


@contextlib.contextmanager
def busy(database):
    """Let its writer be at work for the block."""
    begun, go = threading.Event(), threading.Event()

    def work(connection):
        begun.set()
        assert go.wait(10)

    first = database._writers.submit(work)
    assert begun.wait(10)
    yield
    go.set()
    first.result(10)


def test_many_writes_are_one_transaction(database, commits):
    assert together(database, *(insert(str(number)) for number in range(9))) == [str(number) for number in range(9)]
    assert len(commits) == 2
    assert len(names(database)) == 9


def test_one_that_fails_leaves_nothing_and_the_others_alone(database):
    def refuse(connection):
        insert("half")(connection)
        raise ValueError("no")

    one, error, two = together(database, insert("one"), refuse, insert("two"))
    assert (one, str(error), two) == ("one", "no", "two")
    assert names(database) == ["one", "two"]


def test_one_that_breaks_a_rule_of_the_database_is_tried_again_by_itself(database):
    one, error = together(database, insert("one"), insert("two", "one"))
    assert one == "one"
    assert isinstance(error, IntegrityError)
    assert names(database) == ["one"]


def test_when_the_transaction_fails_each_is_written_by_itself(database, commits):
    def end(connection):
        insert("end")(connection)
        if connection.connection.driver_connection.in_transaction and len(commits) == 1:
            connection.exec_driver_sql("ROLLBACK")  # as a full disk does it
        return "end"

    assert together(database, insert("one"), end, insert("two")) == ["one", "end", "two"]
    assert names(database) == ["end", "one", "two"]


def test_what_waits_for_another_process_shares_a_transaction_too(database, url):
    other = Database(url)
    commits = commits_of(other)
    with busy(database):
        futures = [other._writers.submit(insert(str(number))) for number in range(9)]
    assert [future.result(10) for future in futures] == [str(number) for number in range(9)]
    assert len(commits) == 1
    assert len(names(database)) == 9
    other.engine.dispose()
