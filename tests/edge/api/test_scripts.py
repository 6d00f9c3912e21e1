"""Workers over the API: uploading, replacing, reading, deleting."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest


def answers(text):
    return f"export default {{ fetch() {{ return new Response({json.dumps(text)}); }} }};"


SHOWS = """
export default { async fetch(request, env) {
  return Response.json({ text: env.TEXT, json: env.OBJ, secret: env.SECRET, other: env.OTHER });
} };
"""
THROWS = 'throw new Error("not today");'


def shown(api, name):
    return json.loads(api.visit(name)[1])


def test_an_uploaded_worker_answers_at_its_address(api, name):
    uploaded = api.upload(name, answers("hello")).result
    assert uploaded["id"] == name
    assert uploaded["handlers"] == ["fetch"]
    assert uploaded["entry_point"] == "index.js"
    assert (
        str(uuid.UUID(uploaded["deployment_id"]))
        == api("GET", f"/workers/scripts/{name}/versions").result["items"][0]["id"]
    )
    api.enable(name)
    assert api.visit(name) == (200, "hello")


def test_a_worker_that_uses_more_cpu_time_than_its_own_limit_is_ended(api, name):
    loops = """
    export default { fetch(request) {
      if (request.url.endsWith("/loop")) for (;;);
      return new Response("well");
    } };"""
    limits = {"cpu_ms": 200}
    assert api.upload(name, loops, limits=limits).status == 200
    api.enable(name)
    assert api("GET", f"/workers/scripts/{name}/settings").result["limits"] == limits
    ended = f"error code: 1102\nThe Worker {name} used more than its 200 ms of CPU time and was ended.\n"
    assert api.visit(name, "/loop") == (503, ended)
    assert api.visit(name) == (200, "well")


def test_a_worker_answers_only_while_its_address_is_on(api, name):
    api.upload(name, answers("hello"))
    path = f"/workers/scripts/{name}/subdomain"
    assert api("GET", path).result == {"enabled": False, "previews_enabled": False}
    off = (404, f"There is no Worker named {name} here, or its address is switched off.\n")
    assert api.visit(name) == off
    assert api("POST", path, json={"enabled": True, "previews_enabled": True}).result["previews_enabled"] is True
    assert api.visit(name) == (200, "hello")
    assert api("DELETE", path).result == {"enabled": False, "previews_enabled": False}
    assert api.visit(name) == off
    reason = "The request is malformed: enabled and previews_enabled must be true or false"
    assert api("POST", path, json={"enabled": "yes"}).refused == (400, 7400, reason)


def test_uploading_again_replaces_what_answers(api, name):
    for text in ("one", "two", "three"):
        api.upload(name, answers(text))
        api.enable(name)
        assert api.visit(name) == (200, text)
    numbers = [version["number"] for version in api("GET", f"/workers/scripts/{name}/versions").result["items"]]
    assert numbers == [3, 2, 1]
    assert api("GET", f"/workers/scripts/{name}/versions?page=2").result["items"] == []


def test_a_worker_that_throws_at_start_leaves_nothing_behind(api, name):
    status, code, message = api.upload(name, THROWS).refused
    assert (status, code) == (400, 10021)
    assert "Uncaught Error: not today" in message
    absent = (404, 10007, "This Worker does not exist on your account.")
    for path in ("", "/settings", "/versions", "/deployments", "/secrets", "/subdomain", "/script-settings"):
        assert api("GET", f"/workers/scripts/{name}{path}").refused == absent
    assert api("GET", f"/workers/workers/{name}").refused == absent
    gone = (404, 10090, "This service does not exist on your account.")
    assert api("GET", f"/workers/services/{name}").refused == gone


def test_a_broken_worker_never_replaces_the_live_one(api, name):
    api.upload(name, answers("good"))
    api.enable(name)
    before = api("GET", f"/workers/scripts/{name}/deployments").result
    assert api.upload(name, THROWS).refused[1] == 10021
    assert api.upload(name, "export default {").refused[1] == 10021
    assert api.visit(name) == (200, "good")
    assert api("GET", f"/workers/scripts/{name}/deployments").result == before


def test_redeploying_one_worker_from_many_clients_at_once_takes_turns(api, name):
    api.upload(name, answers("first"))
    api.enable(name)
    with ThreadPoolExecutor(4) as pool:
        uploads = list(pool.map(lambda index: api.upload(name, answers(f"n{index}")).result, range(8)))
        visits = list(pool.map(lambda _: api.visit(name)[0], range(8)))
    assert set(visits) == {200}
    versions = api("GET", f"/workers/scripts/{name}/versions").result["items"]
    assert [version["number"] for version in versions] == list(range(9, 0, -1))
    ids = {version["id"].replace("-", "") for version in versions}
    assert {upload["deployment_id"] for upload in uploads} < ids
    live = api("GET", f"/workers/scripts/{name}/deployments").result["deployments"][0]["versions"][0]["version_id"]
    assert live == versions[0]["id"]


def test_bindings_reach_the_worker_and_secrets_never_come_back(api, name):
    secret = f"hush-{uuid.uuid4().hex}"
    bindings = [
        {"name": "TEXT", "type": "plain_text", "text": 'a "quoted" ä\n'},
        {"name": "OBJ", "type": "json", "json": {"a": [1, None]}},
        {"name": "SECRET", "type": "secret_text", "text": secret},
    ]
    uploaded = api.upload(name, SHOWS, bindings=bindings)
    api.enable(name)
    assert shown(api, name) == {"text": 'a "quoted" ä\n', "json": {"a": [1, None]}, "secret": secret}
    version = api("GET", f"/workers/scripts/{name}/versions").result["items"][0]["id"]
    told = [uploaded] + [
        api("GET", path)
        for path in (
            f"/workers/scripts/{name}",
            f"/workers/scripts/{name}/settings",
            f"/workers/scripts/{name}/secrets",
            f"/workers/scripts/{name}/secrets/SECRET",
            f"/workers/scripts/{name}/versions/{version}",
            f"/workers/scripts/{name}/deployments",
            f"/workers/services/{name}",
            f"/workers/workers/{name}",
            "/workers/scripts",
        )
    ]
    for answer in told:
        assert answer.status == 200
        assert secret.encode() not in answer.content
    settings = api("GET", f"/workers/scripts/{name}/settings").result
    assert settings["bindings"] == [*bindings[:2], {"name": "SECRET", "type": "secret_text"}]


def test_secrets_are_kept_when_asked_and_dropped_when_not(api, name):
    api.upload(name, SHOWS, bindings=[{"name": "SECRET", "type": "secret_text", "text": "s"}])
    api.enable(name)
    api.upload(name, SHOWS, keep_bindings=["secret_text"])
    assert shown(api, name) == {"secret": "s"}
    api.upload(name, SHOWS)
    assert shown(api, name) == {}


def test_bindings_are_inherited_by_name(api, name):
    bindings = [
        {"name": "TEXT", "type": "plain_text", "text": "t"},
        {"name": "SECRET", "type": "secret_text", "text": "s"},
    ]
    api.upload(name, SHOWS, bindings=bindings)
    api.enable(name)
    inherited = [{"name": "TEXT", "type": "inherit"}, {"name": "OTHER", "type": "inherit", "old_name": "SECRET"}]
    api.upload(name, SHOWS, bindings=inherited)
    assert shown(api, name) == {"text": "t", "other": "s"}
    missing = [{"name": "NONE", "type": "inherit"}]
    expected = (400, 10021, "binding NONE of type inherit: there is no 'NONE' yet")
    assert api.upload(name, SHOWS, bindings=missing).refused == expected
    assert api.upload(name, SHOWS, strict=False, bindings=missing).status == 200


def test_modules_are_told_apart_by_file_name_when_all_parts_are_named_alike(api, name):
    main = 'import text from "./lib/a.txt"; export default { fetch() { return new Response(text); } };'
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    files = [
        ("metadata", (None, json.dumps(metadata), "application/json")),
        ("files", ("index.js", main, "application/javascript+module")),
        ("files", ("lib/a.txt", "from a text module", "text/plain")),
    ]
    assert api("PUT", f"/workers/scripts/{name}", files=files).status == 200
    api.enable(name)
    assert api.visit(name) == (200, "from a text module")
    content = api("GET", f"/workers/scripts/{name}")
    assert content.headers["cf-entrypoint"] == "index.js"
    assert b'filename="lib/a.txt"' in content.content
    assert b"from a text module" in content.content


def test_a_worker_is_listed_and_gone_after_its_deletion(api, name):
    api.upload(name, answers("hello"), tags=["a"], observability={"enabled": True})
    api.enable(name)
    (listed,) = [script for script in api("GET", "/workers/scripts").result if script["id"] == name]
    assert listed["tags"] == ["a"]
    service = api("GET", f"/workers/services/{name}").result
    assert service["default_environment"]["script"]["tag"] == listed["tag"]
    assert api("GET", f"/workers/workers/{listed['tag']}").result["name"] == name
    url = api("GET", f"/workers/workers/{name}").result["subdomain"]["url"]
    assert url.startswith(f"http://{name}.edge.localhost:")
    assert api("DELETE", f"/workers/scripts/{name}").result == {"id": name}
    assert api("DELETE", f"/workers/scripts/{name}").refused[1] == 10007
    assert name not in {script["id"] for script in api("GET", "/workers/scripts").result}


def test_a_worker_made_again_has_a_new_identity_and_no_address(api, name):
    tag = api.upload(name, answers("one")).result["tag"]
    api.enable(name)
    api("DELETE", f"/workers/services/{name}?force=true")
    again = api.upload(name, answers("two")).result
    assert again["tag"] != tag
    assert api("GET", f"/workers/scripts/{name}/subdomain").result["enabled"] is False


def test_script_settings_make_no_version(api, name):
    api.upload(name, answers("hello"))
    path = f"/workers/scripts/{name}/script-settings"
    changed = api("PATCH", path, json={"tags": ["x"], "observability": {"enabled": True}, "logpush": None}).result
    assert changed["tags"] == ["x"]
    assert api("GET", path).result == changed
    assert len(api("GET", f"/workers/scripts/{name}/versions").result["items"]) == 1


@pytest.mark.parametrize("form", [True, False], ids=["form", "json"])
def test_patching_the_settings_makes_a_version_with_the_same_code(api, name, form):
    api.upload(name, SHOWS, bindings=[{"name": "SECRET", "type": "secret_text", "text": "s"}])
    api.enable(name)
    changes = {"bindings": [{"name": "SECRET", "type": "inherit"}, {"name": "TEXT", "type": "plain_text", "text": "t"}]}
    how = {"files": {"settings": (None, json.dumps(changes), "application/json")}} if form else {"json": changes}
    patched = api("PATCH", f"/workers/scripts/{name}/settings", **how).result
    assert {binding["name"] for binding in patched["bindings"]} == {"SECRET", "TEXT"}
    assert patched["compatibility_date"] == "2026-01-01"
    assert shown(api, name) == {"secret": "s", "text": "t"}
    assert len(api("GET", f"/workers/scripts/{name}/versions").result["items"]) == 2


def test_a_worker_uses_the_data_that_the_api_shows(api, name):
    code = """
    export default { async fetch(request, env) {
      await env.KV.put("from", "worker", { metadata: { m: 1 } });
      await env.BUCKET.put("dir/from", "worker");
      const row = await env.DB.prepare("INSERT INTO t VALUES (?) RETURNING a").bind("worker").first();
      return Response.json([row.a, await env.KV.get("a/b"), await (await env.BUCKET.get("a/b")).text()]);
    } };
    """
    database = api("POST", "/d1/database", json={"name": name}).result["uuid"]
    namespace = api("POST", "/storage/kv/namespaces", json={"title": name}).result["id"]
    api("POST", "/r2/buckets", json={"name": name})
    api("POST", f"/d1/database/{database}/query", json={"sql": "CREATE TABLE t (a)"})
    api("PUT", f"/storage/kv/namespaces/{namespace}/values/a%2Fb", content=b"from the api")
    api("PUT", f"/r2/buckets/{name}/objects/a/b", content=b"from the api too")
    bindings = [
        {"name": "DB", "type": "d1", "id": database},
        {"name": "KV", "type": "kv_namespace", "namespace_id": namespace},
        {"name": "BUCKET", "type": "r2_bucket", "bucket_name": name},
    ]
    assert api.upload(name, code, bindings=bindings).status == 200
    api.enable(name)
    assert shown(api, name) == ["worker", "from the api", "from the api too"]
    (rows,) = api("POST", f"/d1/database/{database}/query", json={"sql": "SELECT a FROM t"}).result
    assert rows["results"] == [{"a": "worker"}]
    assert api("GET", f"/storage/kv/namespaces/{namespace}/values/from").content == b"worker"
    assert api("GET", f"/storage/kv/namespaces/{namespace}/metadata/from").result == {"m": 1}
    assert api("GET", f"/r2/buckets/{name}/objects/dir/from").content == b"worker"


def test_a_worker_calls_another_and_the_other_names_its_caller(api, name):
    api.upload(f"{name}-b", answers("from b"))
    calls = "export default { fetch(request, env) { return env.B.fetch(request); } };"
    assert api.upload(name, calls, bindings=[{"name": "B", "type": "service", "service": f"{name}-b"}]).status == 200
    api.enable(name)
    assert api.visit(name) == (200, "from b")
    referring = api("GET", f"/workers/workers/{name}-b").result["references"]["workers"]
    assert [worker["name"] for worker in referring] == [name]
