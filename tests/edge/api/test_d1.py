"""D1 over the API."""

from __future__ import annotations

import uuid

import pytest


@pytest.fixture
def database(api, name):
    return api("POST", "/d1/database", json={"name": name}).result["uuid"]


def test_a_database_is_created_found_by_id_and_name_listed_and_deleted(api, name):
    created = api("POST", "/d1/database", json={"name": name, "primary_location_hint": "weur"}).result
    assert str(uuid.UUID(created["uuid"])) == created["uuid"]
    assert created["name"] == name
    assert created["version"] == "production"
    by_id = api("GET", f"/d1/database/{created['uuid']}").result
    assert by_id == api("GET", f"/d1/database/{name}").result
    assert by_id["num_tables"] == 0
    (listed,) = api("GET", f"/d1/database?name={name}").result
    assert listed["uuid"] == created["uuid"]
    assert api("DELETE", f"/d1/database/{created['uuid']}").result is None
    assert api("GET", f"/d1/database/{name}").refused == (404, 7404, f"The database {name} could not be found")


def test_a_name_is_used_once(api, name):
    api("POST", "/d1/database", json={"name": name})
    expected = (400, 7502, f"A database with the name {name} already exists")
    assert api("POST", "/d1/database", json={"name": name}).refused == expected


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, 7, None, "a\n"])
def test_a_bad_name_is_refused(api, bad):
    reason = "The request is malformed: a database name has 1 to 64 of a-z, A-Z, 0-9, - and _"
    assert api("POST", "/d1/database", json={"name": bad}).refused == (400, 7400, reason)


def test_lists_are_paged_and_end(api, name):
    for index in range(3):
        api("POST", "/d1/database", json={"name": f"{name}-{index}"})
    first = api("GET", f"/d1/database?name={name}&per_page=2&page=1")
    second = api("GET", f"/d1/database?name={name}&per_page=2&page=2")
    assert [item["name"] for item in first.result + second.result] == [f"{name}-{index}" for index in range(3)]
    assert first.info == {"page": 1, "per_page": 2, "count": 2, "total_count": 3, "total_pages": 2}
    assert api("GET", f"/d1/database?name={name}&per_page=2&page=3").result == []


def test_sql_runs_and_each_statement_has_a_result(api, database):
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t (v) VALUES ('a;b'), ('c'); SELECT * FROM t;"
    created, inserted, selected = api("POST", f"/d1/database/{database}/query", json={"sql": sql}).result
    assert created["success"] and inserted["success"]
    assert inserted["meta"]["changes"] == 2
    assert inserted["meta"]["last_row_id"] == 2
    assert selected["results"] == [{"id": 1, "v": "a;b"}, {"id": 2, "v": "c"}]
    assert {"duration", "rows_read", "rows_written", "size_after", "changed_db", "served_by"} <= set(selected["meta"])
    assert api("GET", f"/d1/database/{database}").result["num_tables"] == 1


def test_params_are_bound(api, database):
    body = {"sql": "SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d", "params": ["x'y", 2, True, None]}
    (answer,) = api("POST", f"/d1/database/{database}/query", json=body).result
    assert answer["results"] == [{"a": "x'y", "b": 2, "c": 1, "d": None}]


def test_raw_gives_columns_and_rows(api, database):
    (answer,) = api("POST", f"/d1/database/{database}/raw", json={"sql": "SELECT 1 AS a, 2 AS a"}).result
    assert answer["results"] == {"columns": ["a", "a"], "rows": [[1, 2]]}


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"batch": items}], ids=["list", "batch"])
def test_a_batch_has_params_of_its_own(api, database, wrap):
    body = wrap([{"sql": "SELECT ? AS n", "params": [1]}, {"sql": "SELECT ? AS n", "params": [2]}])
    answer = api("POST", f"/d1/database/{database}/query", json=body)
    assert [part["results"] for part in answer.result] == [[{"n": 1}], [{"n": 2}]]


def test_a_failing_statement_undoes_those_before_it(api, database):
    path = f"/d1/database/{database}/query"
    status, code, message = api("POST", path, json={"sql": "CREATE TABLE t (a); SELECT nonsense FROM t;"}).refused
    assert (status, code) == (400, 7500)
    assert "no such column: nonsense" in message
    assert api("POST", path, json={"sql": "SELECT name FROM sqlite_schema WHERE name = 't'"}).result[0]["results"] == []


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"sql": "SELEC 1"}, 7500, 'near "SELEC": syntax error'),
        ({"sql": " ; -- nothing"}, 7500, "No SQL statements detected."),
        ({"sql": "SELECT ?; SELECT ?;", "params": [1]}, 7500, "Params go with one statement, and there are several."),
        ({"sql": 3}, 7400, "sql must be a string"),
        ({}, 7400, "sql must be a string"),
        ({"sql": "SELECT 1", "params": "x"}, 7400, "params must be a list"),
        ({"sql": "SELECT ?", "params": [{}]}, 7400, "a param must be a string, a number, a boolean, null or a list"),
    ],
)
def test_bad_sql_is_refused_with_the_reason(api, database, body, code, message):
    status, got, text = api("POST", f"/d1/database/{database}/query", json=body).refused
    assert (status, got) == (400, code)
    assert message in text


def test_a_new_database_of_a_deleted_name_is_empty(api, name, database):
    api("POST", f"/d1/database/{database}/query", json={"sql": "CREATE TABLE t (a)"})
    api("DELETE", f"/d1/database/{database}")
    again = api("POST", "/d1/database", json={"name": name}).result["uuid"]
    assert again != database
    assert api("GET", f"/d1/database/{again}").result["num_tables"] == 0
