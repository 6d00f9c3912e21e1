"""`aerostack migrations` on an account of one's own, beside unmodified wrangler."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any, Literal

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK
from tests.plugins.own_account.conftest import Own, both

from aerostack import toolchain

Sql = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def sql(own: Own) -> Sql:
    """Give the project a database, deploy it, and run SQL there."""
    file = own.folder / "aerostack.toml"
    file.write_text(file.read_text() + f'[[d1_databases]]\nbinding = "DB"\ndatabase_name = "{own.name}"\n')
    own.deploy("one")

    def query(text: str) -> list[dict[str, Any]]:
        answer = own.edge.account("POST", f"/d1/database/{own.name}/query", {"sql": text})
        return list(answer[-1]["results"])

    return query


def write(own: Own, name: str, text: str) -> None:
    file = own.folder / "migrations" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def pending(own: Own) -> list[str]:
    done = own.run("migrations", "list", "--json")
    assert done.status == 0, done.stderr
    return list(done.document["pending"])


@both
def test_files_are_applied_in_order_each_once(own: Own, sql: Sql) -> None:
    write(own, "0002_fill.sql", "INSERT INTO t VALUES ('it''s; fine')")
    write(own, "0001_begin.sql", "CREATE TABLE t (a TEXT); -- first\n")
    own.edge.forget()
    assert own.run("migrations", "list").stdout == "0001_begin.sql\n0002_fill.sql\n"
    assert "d1_migrations" not in [row["name"] for row in sql("SELECT name FROM sqlite_schema")]
    done = own.run("migrations", "apply")
    assert (done.status, done.stdout) == (0, "applied 2 migrations to DB\n"), done.stderr
    assert sql("SELECT a FROM t") == [{"a": "it's; fine"}]
    assert sql("SELECT id, name FROM d1_migrations") == [
        {"id": 1, "name": "0001_begin.sql"},
        {"id": 2, "name": "0002_fill.sql"},
    ]
    again = own.run("migrations", "apply", "DB", "--json")
    assert (again.document["outcome"], again.document["applied"]) == ("unchanged", [])
    write(own, "0003_more.sql", "INSERT INTO t VALUES ('more');")
    by_name = own.run("migrations", "apply", own.name, "--json").document
    assert (by_name["outcome"], by_name["applied"], by_name["binding"]) == ("applied", ["0003_more.sql"], "DB")
    assert pending(own) == []


@pytest.mark.xdist_group("wrangler")
def test_wrangler_and_aerostack_take_turns_with_one_history(own: Own, sql: Sql, environment: dict[str, str]) -> None:
    wrangler = toolchain.wrangler()
    database = own.edge.account("GET", f"/d1/database/{own.name}")["uuid"]
    entry = {"binding": "DB", "database_name": own.name, "database_id": database}
    (own.folder / "wrangler.json").write_text(json.dumps({"name": own.name, "d1_databases": [entry]}))
    quiet = {"CI": "1", "WRANGLER_SEND_METRICS": "false", "PATH": os.environ["PATH"]}

    def ask(command: str) -> str:
        finished = subprocess.run(
            [*wrangler.argv, "d1", "migrations", command, "DB", "--remote"],
            cwd=own.folder,
            env=environment | dict(own.edge.environ) | dict(wrangler.environ) | quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    write(own, "0001_ours.sql", "CREATE TABLE t (a TEXT)")
    assert own.run("migrations", "apply").status == 0
    assert "No migrations to apply" in ask("list")
    write(own, "0002_theirs.sql", "INSERT INTO t VALUES ('theirs');")
    assert "0002_theirs.sql" in ask("list")
    assert pending(own) == ["0002_theirs.sql"]
    ask("apply")
    assert pending(own) == []
    write(own, "0003_ours.sql", "INSERT INTO t VALUES ('ours');")
    assert own.run("migrations", "apply", "--json").document["applied"] == ["0003_ours.sql"]
    assert "No migrations to apply" in ask("list")
    assert [row["name"] for row in sql("SELECT name FROM d1_migrations ORDER BY id")] == [
        "0001_ours.sql",
        "0002_theirs.sql",
        "0003_ours.sql",
    ]
    assert sql("SELECT a FROM t") == [{"a": "theirs"}, {"a": "ours"}]


def test_one_that_fails_changes_nothing_and_stops_the_others(own: Own, sql: Sql) -> None:
    write(own, "0001_begin.sql", "CREATE TABLE t (a TEXT);")
    write(own, "0002_broken.sql", "INSERT INTO t VALUES ('x');\nINSERT INTO nowhere VALUES (1);\n")
    write(own, "0003_after.sql", "INSERT INTO t VALUES ('y');")
    done = own.run("migrations", "apply", "--json")
    assert done.status == 1
    assert (done.document["applied"], done.document["outcome"]) == (["0001_begin.sql"], "unknown")
    error = done.document["error"]
    assert error["message"].startswith("applying the migration 0002_broken.sql to the D1 database ")
    assert "no such table: nowhere" in error["message"]
    assert error["where"] == "0002_broken.sql"
    assert error["hint"] == "nothing of it was applied: correct the file, then run the same command again"
    assert sql("SELECT a FROM t") == []
    assert pending(own) == ["0002_broken.sql", "0003_after.sql"]
    write(own, "0002_broken.sql", "INSERT INTO t VALUES ('x');")
    assert own.run("migrations", "apply", "--json").document["applied"] == ["0002_broken.sql", "0003_after.sql"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("killed", [True, False], ids=["killed", "cut off"])
def test_an_interrupted_one_is_applied_once(
    own: Own, sql: Sql, environment: dict[str, str], when: Literal["before", "after"], killed: bool
) -> None:
    """The first write is a read that is a POST; the second is the migration."""
    write(own, "0001_begin.sql", "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');")
    fatal = Fatal(2, when)
    with fatal_proxy(own.edge.environ["CLOUDFLARE_API_BASE_URL"], fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "migrations", "apply", "--backend", own.backend],
            cwd=own.folder,
            env=environment | dict(own.edge.environ) | {"CLOUDFLARE_API_BASE_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid if killed else 0
        assert (process.returncode < 0) == killed
    assert own.run("migrations", "apply").status == 0
    assert sql("SELECT a FROM t") == [{"a": "x"}]
    assert sql("SELECT name FROM d1_migrations") == [{"name": "0001_begin.sql"}]


def test_what_is_odd_is_told(own: Own, sql: Sql) -> None:
    write(own, "0002_b.sql", "CREATE TABLE b (a);")
    assert own.run("migrations", "apply").status == 0
    (own.folder / "migrations" / "0002_b.sql").rename(own.folder / "migrations" / "0003_c.sql")
    write(own, "0004_d.sql", "CREATE TABLE d (a);")
    assert own.run("migrations", "list").stderr.count("0002_b.sql is applied, but there is no such file any more") == 1
    write(own, "0002_b.sql", "CREATE TABLE b (a);")
    write(own, "0001_a.sql", "CREATE TABLE a (a);")
    listed = own.run("migrations", "list")
    assert listed.stdout == "0001_a.sql\n0003_c.sql\n0004_d.sql\n"
    assert "warning: 0001_a.sql comes before one that is applied already" in listed.stderr


def test_a_database_that_is_not_there_yet(own: Own) -> None:
    file = own.folder / "aerostack.toml"
    file.write_text(file.read_text() + f'[[d1_databases]]\nbinding = "DB"\ndatabase_name = "{own.name}"\n')
    write(own, "1.sql", "SELECT 1;")
    done = own.run("migrations", "apply", "--json")
    assert done.status == 1
    assert done.document["error"]["message"] == "the D1 database of the binding `DB` does not exist yet"
    assert done.document["error"]["hint"] == "deploy first, which creates it, with the same --env and --backend"
