"""Durable Objects: bound, migrated once, and not again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aerostack.errors import ConfigError, Location
from aerostack.model import Json, Project
from aerostack.testing import RunningEdge, fetch
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.migrations import document, pending, plan_migrations

Run = Callable[..., Any]
DEPLOY = ("deploy", "--backend", "cfapi", "--json")

CODE = """
import { DurableObject } from "cloudflare:workers";
export class %s extends DurableObject {
  async fetch() {
    const n = ((await this.ctx.storage.get("n")) ?? 0) + 1;
    await this.ctx.storage.put("n", n);
    return new Response(String(n));
  }
}
export default { fetch(request, env) { return env.ROOM.get(env.ROOM.idFromName("a")).fetch(request); } };
"""
FILE = """name = "{name}"
main = "src/index.ts"
compatibility_date = "2026-06-01"

[[durable_objects.bindings]]
name = "ROOM"
class_name = "{bound}"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]
"""
SECOND = '\n[[migrations]]\ntag = "v2"\nrenamed_classes = [{ from = "Room", to = "Hall" }]\n'

V1: Mapping[str, Json] = {"tag": "v1", "new_sqlite_classes": ["A"]}
V2: Mapping[str, Json] = {"tag": "v2", "deleted_classes": ["A"]}


def made(**config: Json) -> Project:
    where = {"migrations[0]": Location(Path("aerostack.toml"), 9, 1)}
    root = Path("/p")
    return Project(
        name="w", root=root, file=root / "aerostack.toml", environment=None, main=None, config=config, where=where
    )


def test_only_the_migrations_after_the_live_one_are_sent() -> None:
    both = made(migrations=[V1, V2])
    assert document(pending(both, None), None) == {
        "new_tag": "v2",
        "steps": [{"new_sqlite_classes": ["A"]}, {"deleted_classes": ["A"]}],
    }
    assert document(pending(both, "v1"), "v1") == {
        "old_tag": "v1",
        "new_tag": "v2",
        "steps": [{"deleted_classes": ["A"]}],
    }
    assert list(pending(both, "v2")) == []
    assert list(pending(made(), None)) == []
    (action,) = plan_migrations(both, pending(both, "v1"), "v1")
    assert (action.verb, action.reason) == ("update", "apply v2, which deletes all objects of A")
    (action,) = plan_migrations(both, (), "v2")
    assert (action.verb, action.reason) == ("keep", "v2 is applied")


def test_a_migration_that_the_file_does_not_have_is_an_error_with_its_place() -> None:
    with pytest.raises(ConfigError) as raised:
        pending(made(migrations=[V1]), "v0")
    assert raised.value.message == "the live Worker w has had the migration `v0`, which the file does not have"
    assert raised.value.hint == "write it before the new ones; the backend `wrangler` would apply all that are there"
    assert str(raised.value.where) == "aerostack.toml:9:1"


def test_the_objects_of_another_worker_are_bound_too() -> None:
    entry: Json = {"name": "A", "class_name": "B", "script_name": "other"}
    assert bindings(made(durable_objects={"bindings": [entry]}), {}) == [
        {"name": "A", "type": "durable_object_namespace", "class_name": "B", "script_name": "other"}
    ]


def test_a_migration_is_planned_applied_and_then_kept(run: Run, edge: RunningEdge, project: Path) -> None:
    file, code = project / "aerostack.toml", project / "src/index.ts"
    name = file.read_text().partition('name = "')[2].partition('"')[0]
    code.write_text(CODE % "Room")
    file.write_text(FILE.format(name=name, bound="Room"))
    planned = run("plan", "--backend", "cfapi", "--json").document
    first = run(*DEPLOY).document
    assert first["actions"] == planned["actions"]
    assert [(a["verb"], a["key"]) for a in first["actions"]] == [
        ("create", "worker"),
        ("update", "workers.dev"),
        ("update", "migrations"),
    ]
    (url,) = first["urls"]
    assert fetch(url) == (200, b"1")
    edge.forget()
    assert run(*DEPLOY).document["outcome"] == "unchanged"
    assert len(edge.requests()) == 2, "a glance is enough"

    code.write_text(CODE % "Hall")
    file.write_text(FILE.format(name=name, bound="Hall") + SECOND)
    second = run(*DEPLOY).document
    assert [(a["key"], a["reason"]) for a in second["actions"] if a["kind"] == "migrations"] == [
        ("migrations", "apply v2")
    ]
    assert fetch(url) == (200, b"2")

    # Nothing but a migration: a class that is made for later.
    code.write_text(CODE % "Hall" + "export class Later extends DurableObject {}\n")
    run(*DEPLOY)
    file.write_text(file.read_text() + '\n[[migrations]]\ntag = "v3"\nnew_sqlite_classes = ["Later"]\n')
    third = run(*DEPLOY).document
    assert [a["reason"] for a in third["actions"] if a["verb"] == "update"] == [
        "its Durable Objects are migrated",
        "apply v3",
    ]
    assert fetch(url) == (200, b"3")


def test_a_class_without_a_migration_and_one_that_is_made_twice_are_named_with_their_places(
    run: Run, project: Path
) -> None:
    file, code = project / "aerostack.toml", project / "src/index.ts"
    name = file.read_text().partition('name = "')[2].partition('"')[0]
    code.write_text(CODE % "Room")
    text = FILE.format(name=name, bound="Room")
    file.write_text(text.partition("\n[[migrations]]")[0])
    error = run(*DEPLOY).document["error"]
    assert error["cause"] == "the binding `ROOM` is to the class `Room`, which no migration has made"
    assert error["hint"] == 'write a migration for it: [[migrations]] with a new tag and new_sqlite_classes = ["CLASS"]'
    assert error["where"] == "aerostack.toml:7:14"

    file.write_text(text)
    assert run(*DEPLOY).status == 0
    file.write_text(text + '\n[[migrations]]\ntag = "v2"\nnew_sqlite_classes = ["Room"]\n')
    error = run(*DEPLOY).document["error"]
    assert error["cause"] == "a migration of Durable Objects does not fit the classes that the live Worker has"
    assert "write what is new behind them, under a new tag" in error["hint"]
    assert error["where"].startswith("aerostack.toml:15:")
