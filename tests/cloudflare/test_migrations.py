"""The migrations of a D1 database: one transaction for each, and a row that decides."""

from __future__ import annotations

import sqlite3
from typing import Any

import httpx
import pytest

from aerostack.errors import ConfigError, RemoteError
from aerostack_cloudflare.migrations import apply, listed, transaction

DATABASE = "11111111-2222-3333-4444-555555555555"


def rows(good: Any, *names: str) -> httpx.Response:
    return good([{"results": [{"name": name} for name in names], "meta": {}, "success": True}])


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a);",
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a) -- no semicolon",
        "CREATE TABLE t (a); -- done",
        "CREATE TABLE t (a TEXT DEFAULT ';'); /* ; */\n",
        "CREATE TABLE t (a);\nCREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END",
    ],
)
def test_a_file_and_its_row_are_statements_that_sqlite_runs(sql: str) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(transaction("0001 it's.sql", sql, 'my "table"'))
    assert database.execute('SELECT id, name FROM "my ""table"""').fetchall() == [(1, "0001 it's.sql")]
    assert database.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
    database.close()


@pytest.mark.parametrize("sql", ["", "-- nothing\n", "/* later */", " ;\n"])
def test_a_file_without_statements_is_noted_all_the_same(sql: str) -> None:
    assert transaction("1.sql", sql).endswith("VALUES ('1.sql');")
    assert "\n;\n" not in transaction("1.sql", sql) or sql == " ;\n"


@pytest.mark.parametrize(
    "sql", ["SELECT 'open", "SELECT 1 /* open", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1;"]
)
def test_sql_without_an_end_is_never_sent(api: Any, good: Any, sql: str) -> None:
    with pytest.raises(ConfigError) as caught:
        apply(api.will(good([])).d1, DATABASE, "1.sql", sql)
    assert caught.value.message == (
        "the last statement of the migration 1.sql has no end: a quote, a comment or a trigger is left open"
    )
    assert api.requests == []


def test_a_database_without_the_table_has_none_and_is_not_written_to(api: Any, good: Any) -> None:
    assert listed(api.will(rows(good)).d1, DATABASE) == ()
    assert [body["sql"].split()[0] for body in map(api.body, range(len(api.requests)))] == ["SELECT"]
    assert listed(api.will(rows(good, "d1_migrations"), rows(good, "1.sql", "2.sql")).d1, DATABASE) == (
        "1.sql",
        "2.sql",
    )


def test_after_a_lost_answer_the_row_decides(api: Any, good: Any) -> None:
    there = (rows(good, "d1_migrations"), rows(good, "1.sql"))
    assert apply(api.will(httpx.ReadError("reset"), *there).d1, DATABASE, "1.sql", "SELECT 1;") is True
    sent = [api.body(number)["sql"] for number in range(len(api.requests))]
    assert ["INSERT" in sql for sql in sent] == [True, False, False]


def test_what_is_not_in_the_table_after_a_lost_answer_is_sent_again(api: Any, good: Any) -> None:
    empty = [rows(good)] * 4
    assert apply(api.will(httpx.ReadError("reset"), *empty, good([])).d1, DATABASE, "1.sql", "SELECT 1;") is True
    sent = [api.body(number)["sql"] for number in range(len(api.requests))]
    assert ["INSERT" in sql for sql in sent] == [True, False, False, False, False, True]


def test_one_that_somebody_else_applied_meanwhile_is_no_failure(api: Any, good: Any, bad: Any) -> None:
    refused = bad(400, 7500, "table t already exists")
    there = (rows(good, "d1_migrations"), rows(good, "1.sql"))
    assert apply(api.will(refused, *there).d1, DATABASE, "1.sql", "CREATE TABLE t (a)") is False


def test_a_refusal_is_what_d1_says(api: Any, good: Any, bad: Any) -> None:
    refused = bad(400, 7500, "no such table: nowhere")
    with pytest.raises(RemoteError) as caught:
        apply(api.will(refused, rows(good)).d1, DATABASE, "1.sql", "INSERT INTO nowhere VALUES (1)")
    assert caught.value.message == (
        f"applying the migration 1.sql to the D1 database {DATABASE} failed: no such table: nowhere (code 7500)"
    )
    assert caught.value.applied is False
