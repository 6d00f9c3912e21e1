"""Durable Objects: migrations, what the objects hold, and that each lives in one place at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest
from tests.edge.api.conftest import Api

from aerostack.testing import running_edge

CODE = """
import { DurableObject } from "cloudflare:workers";
// Of the process: an object is put out of memory when nobody asks it for a while.
let asked = 0;
export class %(class)s extends DurableObject {
  async count() {
    const stored = ((await this.ctx.storage.get("n")) ?? 0) + 1;
    await this.ctx.storage.put("n", stored);
    return { stored, asked: ++asked, rung: (await this.ctx.storage.get("rung")) ?? 0 };
  }
  rows() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one();
  }
  wake(at) { return this.ctx.storage.setAlarm(at); }
  async alarm() { await this.ctx.storage.put("rung", 1); }
}
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const object = env.ROOM.get(env.ROOM.idFromName(url.searchParams.get("of") ?? "one"));
    const at = url.searchParams.get("at");
    if (at) { await object.wake(Number(at)); return new Response("set"); }
    try {
      return Response.json({ says: "%(says)s", ...(await object[url.pathname.slice(1) || "count"]()) });
    } catch (error) {
      return new Response(error.message);
    }
  },
};
"""


def code(says: str = "a", name: str = "Room") -> str:
    return CODE % {"says": says, "class": name}


def bound(name: str = "Room", **more: str) -> list[dict[str, str]]:
    return [{"type": "durable_object_namespace", "name": "ROOM", "class_name": name, **more}]


def migration(new: str, old: str | None = None, **step: object) -> dict[str, object]:
    return {"new_tag": new, "steps": [step]} | ({"old_tag": old} if old else {})


V1 = migration("v1", new_sqlite_classes=["Room"])


@pytest.fixture
def room(api, name):
    """A Worker with Durable Objects that answers."""
    assert api.upload(name, code(), bindings=bound(), migrations=V1).status == 200
    api.enable(name)
    yield name
    api("DELETE", f"/workers/scripts/{name}?force=true")


def counted(api, script, query="") -> tuple[str, int, int]:
    status, content = api.visit(script, f"/{query}")
    assert status == 200, content
    answer = json.loads(content)
    return answer["says"], answer["stored"], answer["asked"]


def namespaces(api, script):
    listed = api("GET", "/workers/durable_objects/namespaces?per_page=1000").result
    return [item for item in listed if item["script"] == script]


def test_an_object_keeps_what_it_stored_when_the_next_version_is_deployed(api, room):
    assert [counted(api, room) for _ in range(2)] == [("a", 1, 1), ("a", 2, 2)]
    assert counted(api, room, "?of=two") == ("a", 1, 3)
    assert api.visit(room, "/rows")[1] == '{"says":"a","n":1}'
    (made,) = namespaces(api, room)
    assert (made["class"], made["use_sqlite"], made["name"]) == ("Room", True, f"{room}_Room")
    service = api("GET", f"/workers/services/{room}").result
    assert service["default_environment"]["script"]["migration_tag"] == "v1"
    assert api.upload(room, code("b"), bindings=bound()).status == 200
    # The process is a new one.
    assert counted(api, room) == ("b", 3, 1)
    assert namespaces(api, room) == [made]


def test_objects_without_sql_are_refused_it(api, name):
    old = migration("v1", new_classes=["Room"])
    assert api.upload(name, code(), bindings=bound(), migrations=old).status == 200
    api.enable(name)
    assert counted(api, name) == ("a", 1, 1)
    assert "SQL is not enabled for this Durable Object class" in api.visit(name, "/rows")[1]
    api("DELETE", f"/workers/scripts/{name}")


def test_redeploys_under_load_lose_no_request_and_count_each_once(api, room):
    seen: list[tuple[str, int, int]] = []
    wrong: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                seen.append(counted(api, room))
        except BaseException as error:
            wrong.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for says in ("b", "c"):
            assert api.upload(room, code(says), bindings=bound()).status == 200
            while not any(answer[0] == says for answer in seen) and not wrong:
                time.sleep(0.01)
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert wrong == []
    # Had two processes held the object for a moment, two would have counted the same.
    assert sorted(stored for _, stored, _ in seen) == list(range(1, len(seen) + 1))


def test_a_version_that_does_not_start_leaves_the_live_one_and_its_objects(api, room):
    assert counted(api, room) == ("a", 1, 1)
    broken = api.upload(room, 'throw new Error("no");' + code("b"), bindings=bound())
    assert broken.refused == (400, 10021, "Uncaught Error: no at index.js:1:7")
    # The process goes on.
    assert counted(api, room) == ("a", 2, 2)
    again = migration("v2", "v1", new_sqlite_classes=["Other"])
    missing = api.upload(room, code("b"), bindings=bound(), migrations=again)
    assert missing.refused == (400, 10021, "The class 'Other' has Durable Objects, but is not exported.")
    assert len(namespaces(api, room)) == 1
    assert counted(api, room) == ("a", 3, 3)


def test_a_class_is_renamed_with_its_objects_and_deleted_with_them(api, room):
    counted(api, room)
    (made,) = namespaces(api, room)
    renamed = migration("v2", "v1", renamed_classes=[{"from": "Room", "to": "Hall"}])
    assert api.upload(room, code("b", "Hall"), bindings=bound("Hall"), migrations=renamed).status == 200
    assert counted(api, room) == ("b", 2, 1)
    assert [(item["id"], item["class"]) for item in namespaces(api, room)] == [(made["id"], "Hall")]
    gone = migration("v3", "v2", deleted_classes=["Hall"])
    nothing = 'export default { fetch() { return new Response("none"); } };'
    assert api.upload(room, nothing, migrations=gone).status == 200
    assert namespaces(api, room) == []
    anew = migration("v4", "v3", new_sqlite_classes=["Hall"])
    assert api.upload(room, code("c", "Hall"), bindings=bound("Hall"), migrations=anew).status == 200
    assert counted(api, room) == ("c", 1, 1)


REFUSED = {
    "another tag": (
        {"migrations": migration("v2", "v0", new_classes=["Other"])},
        (412, 10079, "Migration tag precondition failed; expected tag: v1"),
    ),
    "a class that has objects": (
        {"migrations": migration("v2", "v1", new_classes=["Room"])},
        (400, 10074, "Cannot apply new-class migration to class 'Room': it has Durable Objects already."),
    ),
    "a class that has none": (
        {"migrations": migration("v2", "v1", deleted_classes=["Other"])},
        (400, 10021, "Cannot delete class 'Other': it has no Durable Objects."),
    ),
    "renamed to one that is there": (
        {"migrations": migration("v2", "v1", new_classes=["B"], renamed_classes=[{"from": "Room", "to": "B"}])},
        (400, 10074, "Cannot apply new-class migration to class 'B': it has Durable Objects already."),
    ),
    "transferred": (
        {"migrations": migration("v2", "v1", transferred_classes=[{"from": "A", "from_script": "b", "to": "C"}])},
        (400, 19000, "Transferring Durable Objects from another Worker is not supported by this edge"),
    ),
    "no list": (
        {"migrations": {"old_tag": "v1", "new_tag": "v2", "steps": 1}},
        (400, 7400, "The request is malformed: migrations.steps must be a list"),
    ),
    "no names": (
        {"migrations": migration("v2", "v1", new_classes=[1])},
        (400, 7400, "The request is malformed: new_classes must be a list of names"),
    ),
    "no tag": (
        {"migrations": {"old_tag": "v1", "new_tag": 2}},
        (400, 7400, "The request is malformed: migrations.new_tag must be a string"),
    ),
    "bound to no such class": (
        {"bindings": bound("Other")},
        (
            400,
            10061,
            "Cannot create binding for class 'Other' because it is not currently configured to implement "
            "Durable Objects. Did you forget to apply a migration?",
        ),
    ),
    "bound to another Worker's": (
        {"bindings": bound(script_name="another")},
        (400, 19000, "A binding to Durable Objects of another Worker is not supported by this edge"),
    ),
}


def test_what_cannot_be_migrated_is_refused_and_changes_nothing(api, room):
    before = namespaces(api, room)
    for metadata, expected in REFUSED.values():
        assert api.upload(room, code("b"), **{"bindings": bound(), **metadata}).refused == expected
    assert namespaces(api, room) == before
    assert counted(api, room)[0] == "a"


def test_a_migration_is_not_uploaded_without_being_deployed_nor_are_objects_shared(api, room):
    undeployed = api.upload(
        room, code("b"), versions=True, bindings=bound(), migrations=migration("v2", "v1", new_classes=["B"])
    )
    assert undeployed.status == 400
    assert undeployed.refused[1:] == (
        10211,
        "Version upload failed. A migration of Durable Objects cannot be uploaded without being deployed: "
        "deploy it with `wrangler deploy`.",
    )
    settings = api("PATCH", f"/workers/scripts/{room}/settings", json={"migrations": {"new_tag": "v2"}})
    assert settings.refused == (
        400,
        19000,
        "Migrating Durable Objects without an upload is not supported by this edge",
    )
    counted(api, room)
    second = api.upload(room, code("b"), versions=True, bindings=bound()).result["id"]
    assert counted(api, room) == ("a", 2, 2), "to try it, nothing of the live one was ended"
    first = api("GET", f"/workers/scripts/{room}/deployments").result["deployments"][0]["versions"][0]["version_id"]
    shares = [{"version_id": first, "percentage": 50}, {"version_id": second, "percentage": 50}]
    deploy = f"/workers/scripts/{room}/deployments"
    refused = api("POST", deploy, json={"strategy": "percentage", "versions": shares}).refused
    what = "A gradual deployment of a Worker with Durable Objects"
    assert refused == (400, 19000, f"{what} is not supported by this edge")
    whole = [{"version_id": second, "percentage": 100}]
    assert api("POST", deploy, json={"strategy": "percentage", "versions": whole}).status == 200
    assert counted(api, room) == ("b", 3, 1)


def test_objects_and_their_alarms_outlive_the_edge_and_end_with_their_worker(tmp_path, environment):
    data = tmp_path / "edge"
    kept = data / "store" / "durable"
    with running_edge(data, environment) as edge:
        api = Api(edge)
        with api.client:
            assert api.upload("rooms", code(), bindings=bound(), migrations=V1).status == 200
            api.enable("rooms")
            counted(api, "rooms")
            # It rings while nothing runs, or as soon as something does.
            assert api.visit("rooms", f"/?at={int(time.time() * 1000) + 500}") == (200, "set")
        os.kill(edge.pid, signal.SIGKILL)
    (left,) = kept.iterdir()
    (kept / ("0" * 32)).mkdir()
    with running_edge(data, environment) as edge:
        assert list(kept.iterdir()) == [left]
        deadline = time.monotonic() + 60
        # Nobody asks the Worker: the alarm alone must have written it.
        while b"rung" not in b"".join(file.read_bytes() for file in left.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        api = Api(edge)
        with api.client:
            assert counted(api, "rooms") == ("a", 2, 1)
            assert api("DELETE", "/workers/scripts/rooms").status == 200
        assert list(kept.iterdir()) == []
