"""What is written together shares a transaction on either database, and one that fails leaves the others alone."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import DataError, IntegrityError
from tests.server.names import commits_of, names, table_of_names

from aerostack_server.database import Database, Statement
from aerostack_server.database.gathering import SLOW, Gathering

INSERT = Statement("INSERT INTO t VALUES (:name)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, new_database):
    with table_of_names(new_database(request.param)) as made:
        yield made


@pytest.fixture
def commits(database):
    return commits_of(database)


def insert(connection, values):
    """Refuses what begins with ``no``."""
    wanted = [value for value in values if not value.startswith("no")]
    INSERT.run_all(connection, [{"name": value} for value in wanted])
    return [value if value in wanted else ValueError(value) for value in values]


def together(database, *values):
    """What becomes of each, when all are asked for at the same moment."""

    async def ask():
        return await asyncio.gather(
            *(database.write_together(insert, value) for value in values), return_exceptions=True
        )

    return asyncio.run(ask())


def test_what_comes_at_the_same_moment_is_one_transaction(database, commits):
    values = [str(number) for number in range(9)]
    assert together(database, *values) == values
    assert len(commits) == 1
    assert names(database) == values


def test_one_that_is_refused_leaves_the_others_alone(database, commits):
    one, refused, two = together(database, "one", "no", "two")
    assert (one, str(refused), two) == ("one", "no", "two")
    assert len(commits) == 1
    assert names(database) == ["one", "two"]


def test_when_the_transaction_fails_each_is_tried_by_itself(database):
    assert together(database, "one") == ["one"]
    two, error, three = together(database, "two", "one", "three")
    assert (two, three) == ("two", "three")
    assert isinstance(error, IntegrityError)
    assert names(database) == ["one", "three", "two"]


def test_what_comes_meanwhile_is_the_next_transaction(database, commits):
    async def ask():
        first = asyncio.create_task(database.write_together(insert, "first"))
        await asyncio.sleep(0)
        return await asyncio.gather(first, *(database.write_together(insert, value) for value in ("a", "b", "c")))

    assert asyncio.run(ask()) == ["first", "a", "b", "c"]
    assert len(commits) == 2


def test_who_has_gone_away_before_it_began_has_nothing_written(database):
    async def ask():
        gone = asyncio.create_task(database.write_together(insert, "gone"))
        stays = asyncio.create_task(database.write_together(insert, "stays"))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays == "stays"
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(ask())
    assert names(database) == ["stays"]


def test_more_than_one_transaction_should_hold_are_divided(database, commits):
    values = [f"{number:02}" for number in range(70)]
    assert together(database, *values) == values
    assert len(commits) == 3


def test_a_statement_finds_the_rows_for_each_of_its_parameters(database):
    assert together(database, "one", "two") == ["one", "two"]
    find = Statement("SELECT name FROM t WHERE name = :name")
    wanted = [{"name": name} for name in ("two", "none", "one")]
    found = database.read_now(lambda connection: find.each(connection, wanted))
    assert [[tuple(row) for row in rows] for rows in found] == [[("two",)], [], [("one",)]]
    assert database.read_now(lambda connection: find.each(connection, [])) == []


def test_reads_at_the_same_moment_each_get_their_own_rows(database):
    assert together(database, "one", "two") == ["one", "two"]
    sql = "SELECT name, :count FROM t WHERE name = :name OR :every ORDER BY name"

    async def ask():
        await database.open()
        wanted = [("two", False), ("none", False), ("any", True), ("one", False)]
        found = await asyncio.gather(
            *(
                database.rows(sql, {"name": name, "count": count, "every": every})
                for count, (name, every) in enumerate(wanted)
            )
        )
        await database.close()
        return [[tuple(row) for row in rows] for rows in found]

    assert asyncio.run(ask()) == [[("two", 0)], [], [("one", 2), ("two", 2)], [("one", 3)]]


def test_a_read_that_the_database_refuses_fails_alone(new_database):
    database = Database(new_database("postgresql"))

    async def ask():
        await database.open()
        asked = (database.row("SELECT CAST(:name AS TEXT)", {"name": name}) for name in ("one", "\0", "two"))
        found = await asyncio.gather(*asked, return_exceptions=True)
        await database.close()
        return found

    one, error, two = asyncio.run(ask())
    assert (tuple(one), tuple(two)) == (("one",), ("two",))
    assert isinstance(error, DataError)


def test_what_takes_long_does_not_keep_others_waiting():
    async def ask():
        first = asyncio.Event()

        async def carry_out(kind, values):
            if "long" in values:
                await first.wait()
            return values

        gathering = Gathering(carry_out)
        slow = asyncio.create_task(gathering.add("kind", "long"))
        await asyncio.sleep(2 * SLOW)
        assert await gathering.add("kind", "short") == "short"
        first.set()
        assert await slow == "long"
        assert await gathering.add("kind", "later") == "later"

    asyncio.run(ask())
