"""What is written to SQLite at the same moment shares a transaction, and nothing else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from aerostack_server.database import Database


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'server.db'}")
    made.write_now(lambda connection: connection.execute(text("CREATE TABLE t (name TEXT PRIMARY KEY)")))
    yield made
    made.engine.dispose()


@pytest.fixture
def commits(database):
    """One entry for each transaction that ended well."""
    seen = []
    event.listen(database.engine, "commit", seen.append)
    return seen


def insert(*names):
    def work(connection):
        for name in names:
            connection.execute(text("INSERT INTO t VALUES (:name)"), {"name": name})
        return names[0]

    return work


def names(database):
    return database.read_now(lambda connection: connection.scalars(text("SELECT name FROM t ORDER BY name")).all())


def together(database, *works):
    """Have them written while the writer is busy with something else: what became of each."""
    begun, go = threading.Event(), threading.Event()

    def busy(connection):
        begun.set()
        assert go.wait(10)

    first = database._writers.submit(busy)
    assert begun.wait(10)
    futures = [database._writers.submit(work) for work in works]
    go.set()
    first.result(10)
    return [future.exception(10) or future.result() for future in futures]


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


def test_what_waits_for_another_process_shares_a_transaction_too(tmp_path):
    one, two, seen = Database(f"sqlite:///{tmp_path / 's.db'}"), Database(f"sqlite:///{tmp_path / 's.db'}"), []
    one.write_now(lambda connection: connection.execute(text("CREATE TABLE t (name TEXT PRIMARY KEY)")))
    event.listen(two.engine, "commit", seen.append)
    begun, go = threading.Event(), threading.Event()

    def busy(connection):
        begun.set()
        assert go.wait(10)

    first = one._writers.submit(busy)
    assert begun.wait(10)
    futures = [two._writers.submit(insert(str(number))) for number in range(9)]
    go.set()
    first.result(10)
    assert [future.result(10) for future in futures] == [str(number) for number in range(9)]
    assert len(seen) == 1
    assert len(names(one)) == 9
    for database in (one, two):
        database.engine.dispose()
