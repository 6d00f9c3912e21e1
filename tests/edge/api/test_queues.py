"""Queues over the API: what they are, and that Workers send and get."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.edge.api.conftest import ANSWERS, Api

from aerostack.testing import running_edge


def test_a_queue_is_created_read_changed_listed_and_deleted(api, name):
    created = api("POST", "/queues", json={"queue_name": name, "settings": {"delivery_delay": 3}}).result
    assert created["queue_name"] == name
    assert created["settings"]["delivery_delay"] == 3
    assert created["consumers"] == created["producers"] == []
    path = f"/queues/{created['queue_id']}"
    assert api("GET", path).result == created
    assert api("GET", f"/queues?page=1&name={name}&name=other").result == [created]
    assert api("GET", f"/queues?page=2&name={name}").result == []
    changed = api("PATCH", path, json={"settings": {"delivery_paused": True}}).result
    assert changed["settings"] == created["settings"] | {"delivery_paused": True}
    assert api("DELETE", path).result is None
    assert api("GET", path).refused == (404, 11000, f"The queue {created['queue_id']} could not be found")


def test_a_queue_name_is_used_once(api, name):
    api("POST", "/queues", json={"queue_name": name})
    expected = (409, 11009, f"A queue with the name {name} already exists")
    assert api("POST", "/queues", json={"queue_name": name}).refused == expected


@pytest.mark.parametrize("bad", ["", "A", "-a", "a_b", "x" * 64, None])
def test_a_bad_queue_name_is_refused(api, bad):
    reason = "A queue name has 1 to 63 of a-z, 0-9 and inner hyphens"
    assert api("POST", "/queues", json={"queue_name": bad}).refused == (400, 11003, reason)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"delivery_delay": "x"}, "delivery_delay must be a whole number from 0"),
        ({"delivery_delay": -1}, "delivery_delay must be a whole number from 0"),
        ({"delivery_paused": 1}, "delivery_paused must be true or false"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(api, name, settings, why):
    refused = (400, 7400, f"The request is malformed: {why}")
    assert api("POST", "/queues", json={"queue_name": name, "settings": settings}).refused == refused


@pytest.fixture
def queue(api, name):
    return f"/queues/{api('POST', '/queues', json={'queue_name': name}).result['queue_id']}"


def test_a_queue_has_one_consumer_which_can_be_changed(api, name, queue):
    api.upload(name, ANSWERS % "hello")
    body = {"type": "worker", "script_name": name, "settings": {"batch_size": 5}}
    added = api("POST", f"{queue}/consumers", json=body).result
    assert (added["script"], added["settings"]["batch_size"], added["settings"]["max_retries"]) == (name, 5, 3)
    assert api("GET", queue).result["consumers"] == api("GET", f"{queue}/consumers").result == [added]
    expected = (409, 11004, f"Queue '{name}' already has a consumer")
    assert api("POST", f"{queue}/consumers", json=body).refused == expected
    one = f"{queue}/consumers/{added['consumer_id']}"
    changed = api("PUT", one, json={"settings": {"max_retries": 9}, "dead_letter_queue": name}).result
    assert changed["settings"] == added["settings"] | {"max_retries": 9}
    assert changed["dead_letter_queue"] == name
    assert api("GET", one).result == changed
    api("DELETE", one)
    assert api("GET", one).refused == (404, 11002, f"The consumer {added['consumer_id']} could not be found")
    assert api("GET", queue).result["consumers_total_count"] == 0


def test_a_consumer_goes_with_its_worker_and_with_its_queue(api, name, queue):
    api.upload(name, ANSWERS % "hello")
    api("POST", f"{queue}/consumers", json={"type": "worker", "script_name": name})
    api("DELETE", f"/workers/scripts/{name}")
    assert api("GET", f"{queue}/consumers").result == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "worker", "script_name": "no-such-worker"}, 10007),
        ({"type": "worker"}, 7400),
        ({"type": "http_pull"}, 19000),
    ],
)
def test_what_cannot_consume_is_refused(api, queue, body, code):
    assert api("POST", f"{queue}/consumers", json=body).refused[1] == code


def test_a_dead_letter_queue_must_exist(api, name, queue):
    api.upload(name, ANSWERS % "hello")
    body = {"type": "worker", "script_name": name, "dead_letter_queue": "nowhere"}
    assert api("POST", f"{queue}/consumers", json=body).refused == (404, 11000, "The queue nowhere could not be found")


WORKER = """
export default {
  async fetch(request, env) { await env.JOBS.send("hello"); return new Response("sent"); },
  async queue(batch, env) { await env.KV.put(batch.queue, batch.messages[0].body); },
};
"""


def test_a_worker_gets_what_it_sent_after_a_kill_too(tmp_path, environment):
    with running_edge(tmp_path / "edge", environment) as edge:
        api = Api(edge)
        with api.client:
            namespace = api("POST", "/storage/kv/namespaces", json={"title": "n"}).result["id"]
            queue = f"/queues/{api('POST', '/queues', json={'queue_name': 'jobs'}).result['queue_id']}"
            bindings = [
                {"type": "queue", "name": "JOBS", "queue_name": "jobs"},
                {"type": "kv_namespace", "name": "KV", "namespace_id": namespace},
            ]
            api.upload("worker", WORKER, bindings=bindings)
            api.enable("worker")
            assert api.visit("worker") == (200, "sent")
            assert api("GET", queue).result["producers_total_count"] == 1
        os.kill(edge.pid, signal.SIGKILL)
    with running_edge(tmp_path / "edge", environment) as edge:
        api = Api(edge)
        with api.client:
            body = {"type": "worker", "script_name": "worker", "settings": {"max_wait_time_ms": 0}}
            assert api("POST", f"{queue}/consumers", json=body).status == 200
            value = f"/storage/kv/namespaces/{namespace}/values/jobs"
            while (got := api("GET", value)).status == 404:
                time.sleep(0.02)
            assert got.content == b"hello"
