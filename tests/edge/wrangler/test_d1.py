"""wrangler's ``d1`` commands."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("wrangler")


def test_a_database_lives_and_dies(project):
    project.wrangler("d1", "create", project.name)
    listed = project.json("d1", "list", "--json")
    database = next(item for item in listed if item["name"] == project.name)
    assert project.json("d1", "info", project.name, "--json")["uuid"] == database["uuid"]
    project.wrangler("d1", "execute", project.name, "--remote", "--command", "CREATE TABLE t (a TEXT)")
    project.write("rows.sql", "INSERT INTO t VALUES ('x; y');\nINSERT INTO t VALUES ('z');\n")
    said = project.wrangler("d1", "execute", project.name, "--remote", "--file", "rows.sql", "--yes")
    assert "Executed 2 queries" in said
    (rows,) = project.json("d1", "execute", project.name, "--remote", "--json", "--command", "SELECT a FROM t")
    assert rows["results"] == [{"a": "x; y"}, {"a": "z"}]
    project.wrangler("d1", "export", project.name, "--remote", "--output", "dump.sql")
    dump = (project.folder / "dump.sql").read_text()
    assert "CREATE TABLE t (a TEXT);" in dump
    assert "'x; y'" in dump
    assert "bookmark" in project.wrangler("d1", "time-travel", "info", project.name)
    project.wrangler("d1", "delete", project.name, "--skip-confirmation")
    assert project.name not in [item["name"] for item in project.account("GET", "/d1/database?per_page=1000")]


def test_a_file_with_an_error_changes_nothing(project):
    id = project.account("POST", "/d1/database", {"name": project.name})["uuid"]
    project.write("bad.sql", "CREATE TABLE t (a);\nINSERT INTO nowhere VALUES (1);\n")
    said = project.wrangler("d1", "execute", project.name, "--remote", "--file", "bad.sql", "--yes", status=1)
    assert "no such table: nowhere" in said
    assert project.account("GET", f"/d1/database/{id}")["num_tables"] == 0


def test_migrations_are_applied_once(project):
    id = project.account("POST", "/d1/database", {"name": project.name})["uuid"]
    project.configure(d1_databases=[{"binding": "DB", "database_name": project.name, "database_id": id}])
    project.write("migrations/0001_first.sql", "CREATE TABLE t (a TEXT);\nINSERT INTO t VALUES ('one');\n")
    assert "0001_first.sql" in project.wrangler("d1", "migrations", "list", "DB", "--remote")
    project.wrangler("d1", "migrations", "apply", "DB", "--remote")
    project.write("migrations/0002_second.sql", "INSERT INTO t VALUES ('two');\n")
    project.wrangler("d1", "migrations", "apply", "DB", "--remote")
    assert "No migrations to apply" in project.wrangler("d1", "migrations", "list", "DB", "--remote")
    sql = {"sql": "SELECT a FROM t; SELECT name FROM d1_migrations ORDER BY id"}
    rows, applied = project.account("POST", f"/d1/database/{id}/query", sql)
    assert rows["results"] == [{"a": "one"}, {"a": "two"}]
    assert [item["name"] for item in applied["results"]] == ["0001_first.sql", "0002_second.sql"]
