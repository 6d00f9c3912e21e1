"""Databases, namespaces, buckets and queues of an environment, and what is in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from tests.server.servers import fetch

from aerostack_server.database import Database, tables

EVERY = [
    {"kind": "d1", "binding": "DB", "name": "main"},
    {"kind": "kv", "binding": "CACHE", "name": "cache"},
    {"kind": "r2", "binding": "FILES", "name": "files"},
    {"kind": "queue", "binding": "JOBS", "name": "jobs"},
]


@pytest.fixture
def project(tenant):
    made = tenant.project()
    assert made.call("PUT", "/resources", {"resources": EVERY}).status == 200
    return made


def test_resources_are_made_once(tenant):
    project = tenant.project()
    first = project.call("PUT", "/resources", {"resources": EVERY}).document["items"]
    assert {(item["kind"], item["binding"], item["name"], item["status"]) for item in first} == {
        (item["kind"], item["binding"], item["name"], "ready") for item in EVERY
    }
    assert project.call("PUT", "/resources", {"resources": EVERY[:1]}).document["items"] == first
    assert project.call("GET", "/resources").document["items"] == first


def test_an_environment_has_only_so_many(project):
    def ask(*numbers):
        wanted = [{"kind": "kv", "binding": f"KV{number}", "name": f"n{number}"} for number in numbers]
        return project.call("PUT", "/resources", {"resources": wanted})

    assert ask(*range(100 - len(EVERY))).status == 200
    for refused in (ask(0, 1000), project.deploy("export default {};", bindings=[bound(1000)])):
        assert (refused.status, refused.document["message"]) == (
            422,
            "an environment has at most 100 databases, namespaces, buckets and queues",
        )
        assert "aerostack resources --orphans" in refused.document["error"]["hint"]
    assert len(project.call("GET", "/resources").document["items"]) == 100
    assert project.call("GET", "/deployments").document["items"] == []
    assert ask(0, 1).status == 200
    project.live("export default {};", bindings=[bound(1)])


def bound(number):
    return {"type": "kv_namespace", "name": f"KV{number}", "resource": f"kv:KV{number}"}


def test_resources_asked_for_at_the_same_moment_are_made_once(tenant):
    project = tenant.project()
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: project.call("PUT", "/resources", {"resources": EVERY}), range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len({str(answer.document["items"]) for answer in answers}) == 1


def test_what_was_made_when_the_server_died_is_found_again(project):
    server = project.tenant.server
    before = project.call("GET", "/resources").document["items"]
    database, table = Database(server.database_url), tables.resources
    ids = [item["id"] for item in before]
    forget = update(table).where(table.c.remote_id.in_(ids)).values(remote_id=None)
    assert database.write_now(lambda connection: connection.execute(forget)).rowcount == 4
    database.engine.dispose()
    assert {item["status"] for item in project.call("GET", "/resources").document["items"]} == {"missing"}
    assert project.call("PUT", "/resources", {"resources": EVERY}).document["items"] == before


def test_a_database_is_queried_and_migrated(project):
    migrations = [
        {"name": "0001_begin.sql", "sql": "CREATE TABLE people (name TEXT);\nINSERT INTO people VALUES ('it''s; me');"},
        {"name": "0002_more.sql", "sql": "ALTER TABLE people ADD COLUMN age INTEGER"},
    ]
    applied = project.call("POST", "/d1/DB/migrations", {"migrations": migrations[:1]})
    assert applied.document["items"] == [{"name": "0001_begin.sql"}]
    applied = project.call("POST", "/d1/DB/migrations", {"migrations": migrations})
    assert applied.document["items"] == [{"name": "0002_more.sql"}]
    assert [item["name"] for item in project.call("GET", "/d1/DB/migrations").document["items"]] == [
        "0001_begin.sql",
        "0002_more.sql",
    ]
    asked = project.call("POST", "/d1/DB/query", {"sql": "SELECT * FROM people WHERE name = ?", "params": ["it's; me"]})
    assert asked.document["items"][0]["rows"] == [{"name": "it's; me", "age": None}]
    wrong = project.call("POST", "/d1/DB/query", {"sql": "SELECT * FROM missing"})
    assert wrong.status == 422
    assert "no such table: missing" in wrong.document["message"]


def test_a_migration_that_fails_leaves_nothing_behind(project):
    broken = {"name": "0001.sql", "sql": "CREATE TABLE half (x); INSERT INTO nothing VALUES (1);"}
    assert project.call("POST", "/d1/DB/migrations", {"migrations": [broken]}).status == 422
    assert project.call("GET", "/d1/DB/migrations").document["items"] == []
    found = project.call("POST", "/d1/DB/query", {"sql": "SELECT name FROM sqlite_master WHERE name = 'half'"})
    assert found.document["items"][0]["rows"] == []


def test_values_are_bytes_under_any_name(project):
    value = bytes(range(256))
    for name in ("plain", "a/b", "sp%20ace", "%E2%82%AC"):
        assert project.call("PUT", f"/kv/CACHE/values/{name}", body=value).status == 204
        assert project.call("GET", f"/kv/CACHE/values/{name}").body == value
    assert [item["name"] for item in project.call("GET", "/kv/CACHE/keys").document["items"]] == [
        "a/b",
        "plain",
        "sp ace",
        "€",
    ]
    assert project.call("DELETE", "/kv/CACHE/values/a/b").status == 204
    last, *_ = project.tenant.call("GET", "/audit").document["items"]
    assert (last["action"], last["subject"], last["detail"]) == (
        "kv.delete",
        f"{project.slug}/staging/CACHE",
        {"key": "a/b"},
    )
    gone = project.call("GET", "/kv/CACHE/values/a/b")
    assert (gone.status, gone.code) == (404, "key_not_found")


def test_keys_come_in_pages(project):
    for number in range(23):
        project.call("PUT", f"/kv/CACHE/values/k{number:02}", body=b"x")
    project.call("PUT", "/kv/CACHE/values/other", body=b"x")
    seen, cursor = [], ""
    while cursor is not None:
        page = project.call("GET", f"/kv/CACHE/keys?prefix=k&limit=10&cursor={cursor}").document
        seen.append([item["name"] for item in page["items"]])
        cursor = page["next"]
    assert [name for names in seen for name in names] == [f"k{number:02}" for number in range(23)]
    assert len(seen[0]) == 10


@pytest.mark.parametrize("path", ["/d1/OTHER/migrations", "/kv/OTHER/keys", "/kv/DB/keys"])
def test_what_is_not_bound_is_not_found(project, path):
    refused = project.call("GET", path)
    assert (refused.status, refused.code) == (404, "resource_not_found")


def test_a_bucket_with_objects_goes_with_its_environment(project):
    code = """export default { async fetch(request, env) {
      for (const name of ["a", "b/c", "€"]) await env.FILES.put(name, "x");
      return new Response("kept");
    } };"""
    made = project.live(code, bindings=[{"type": "r2_bucket", "name": "FILES", "resource": "r2:FILES"}])
    assert fetch(made["url"]) == (200, "kept")
    (bucket,) = (item["id"] for item in project.call("GET", "/resources").document["items"] if item["kind"] == "r2")
    edge = project.tenant.server.edge
    assert edge.account("GET", f"/r2/buckets/{bucket}")["name"] == bucket
    assert project.call("DELETE", "").status == 204
    assert bucket not in [item["name"] for item in edge.account("GET", "/r2/buckets?per_page=1000")["buckets"]]
