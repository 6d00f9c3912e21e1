"""Dispatch namespaces: Workers in them are apart from those outside, and go with their namespace."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.edge.api.conftest import ANSWERS


@pytest.fixture
def namespace(api, name):
    created = api("POST", "/workers/dispatch/namespaces", json={"name": name}).result
    assert created["namespace_name"] == name
    return f"/workers/dispatch/namespaces/{name}"


def put(api, path, code=ANSWERS % "inside", **metadata):
    described = {"main_module": "index.js", "compatibility_date": "2026-01-01", **metadata}
    files = {
        "metadata": (None, json.dumps(described), "application/json"),
        "index.js": ("index.js", code, "application/javascript+module"),
    }
    return api("PUT", path, files=files)


def test_a_namespace_is_created_once_listed_and_deleted(api, name, namespace):
    expected = (409, 100126, f"A dispatch namespace with the name {name} already exists")
    assert api("POST", "/workers/dispatch/namespaces", json={"name": name}).refused == expected
    assert api("GET", namespace).result in api("GET", "/workers/dispatch/namespaces").result
    assert api("DELETE", namespace).result is None
    assert api("GET", namespace).refused == (404, 100119, "The dispatch namespace does not exist.")


@pytest.mark.parametrize("bad", ["", "A", "a/b", "x" * 64, None])
def test_a_bad_name_of_a_namespace_is_refused(api, bad):
    reason = "A dispatch namespace has a name of 1 to 63 of a-z, 0-9, - and _."
    assert api("POST", "/workers/dispatch/namespaces", json={"name": bad}).refused == (400, 100120, reason)


def test_a_worker_in_a_namespace_is_apart_from_one_of_its_name_outside(api, name, namespace):
    one = f"{namespace}/scripts/{name}"
    absent = (404, 10092, "This Worker does not exist in the dispatch namespace.")
    assert api("GET", one).refused == absent
    assert put(api, one, tags=["t"]).result["id"] == name
    assert api("GET", one).result["dispatch_namespace"] == name
    assert api("GET", f"{one}/tags").result == ["t"]
    assert [script["id"] for script in api("GET", f"{namespace}/scripts").result] == [name]
    assert api("GET", f"/workers/scripts/{name}/settings").refused[1] == 10007
    assert name not in [script["id"] for script in api("GET", "/workers/scripts").result]
    api("PUT", f"{one}/secrets", json={"name": "S", "text": "hush", "type": "secret_text"})
    assert api("GET", f"{one}/bindings").result == [{"name": "S", "type": "secret_text"}]
    assert api("PUT", f"{one}/tags", json=["u"]).result == ["u"]
    assert api("DELETE", one).result == {"id": name}
    assert api("GET", f"{one}/settings").refused == absent
    assert api("DELETE", one).refused == absent


def test_the_workers_of_a_namespace_go_with_it(api, name, namespace):
    put(api, f"{namespace}/scripts/{name}")
    assert api("GET", namespace).result["script_count"] == 1
    api("DELETE", namespace)
    api("POST", "/workers/dispatch/namespaces", json={"name": name})
    assert api("GET", f"{namespace}/scripts").result == []


def test_nothing_is_uploaded_into_or_bound_to_a_namespace_that_is_not_there(api, name):
    path = f"/workers/dispatch/namespaces/{name}/scripts/{name}"
    assert put(api, path).refused == (404, 100119, "The dispatch namespace does not exist.")
    binding = {"type": "dispatch_namespace", "name": "D", "namespace": name}
    expected = (400, 100119, f"Dispatch namespace '{name}' of binding 'D' not found.")
    assert api.upload(name, ANSWERS % "x", bindings=[binding]).refused == expected


ROUTER = 'export default { fetch(request, env) { return env.TENANTS.get("NAME").fetch(request); } };'


def test_a_worker_outside_calls_one_inside(api, name, namespace):
    put(api, f"{namespace}/scripts/{name}")
    binding = {"type": "dispatch_namespace", "name": "TENANTS", "namespace": name}
    api.upload(name, ROUTER.replace("NAME", name), bindings=[binding])
    api.enable(name)
    assert api.visit(name) == (200, "inside")


def test_an_upload_into_a_namespace_that_is_deleted_meanwhile_leaves_nothing(api, name, namespace):
    slow = "for (let n = 0; n < 3e8; n++); export default { fetch() { return new Response('x'); } };"
    with ThreadPoolExecutor(1) as thread:
        uploading = thread.submit(put, api, f"{namespace}/scripts/tenant", code=slow)
        while not uploading.done() and api("DELETE", namespace).status != 200:
            time.sleep(0.01)
        assert uploading.result().status in (200, 404)
    api("POST", "/workers/dispatch/namespaces", json={"name": name})
    assert api("GET", namespace).result["script_count"] == 0
