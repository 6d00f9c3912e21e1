"""Schedules and queue consumers: planned, set, kept, and somebody else's left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

Run = Callable[..., Any]
DEPLOY = ("deploy", "--backend", "cfapi", "--json")

TRIGGERS = """
[triggers]
crons = ["0 3 * * *", "*/5 * * * *"]

[[queues.producers]]
binding = "JOBS"
queue = "{name}-jobs"

[[queues.consumers]]
queue = "{name}-jobs"
max_batch_size = 5
max_batch_timeout = 1
dead_letter_queue = "{name}-dead"
"""


@pytest.fixture
def called(project: Path) -> Path:
    """The project's file, with schedules and a queue that calls the Worker."""
    file = project / "aerostack.toml"
    text = file.read_text()
    name = text.partition('name = "')[2].partition('"')[0]
    base, _, rest = text.partition("\n[[")
    file.write_text(f"{base}\n{TRIGGERS.format(name=name)}\n[[{rest}")
    return file


def queue(edge: RunningEdge, name: str) -> Any:
    (found,) = edge.account("GET", f"/queues?name={name}")
    return found


def trigger_actions(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(a["verb"], a["key"]) for a in document["actions"] if a["kind"] in ("schedules", "consumer")]


def test_they_are_planned_set_and_then_kept(run: Run, edge: RunningEdge, called: Path) -> None:
    planned = run("plan", "--backend", "cfapi", "--json").document
    first = run(*DEPLOY).document
    assert first["actions"] == planned["actions"]
    worker = first["worker"]
    assert trigger_actions(first) == [("update", "schedules"), ("create", f"consumer/{worker}-jobs")]
    schedules = edge.account("GET", f"/workers/scripts/{worker}/schedules")["schedules"]
    assert [item["cron"] for item in schedules] == ["0 3 * * *", "*/5 * * * *"]
    (consumer,) = queue(edge, f"{worker}-jobs")["consumers"]
    assert (consumer["script"], consumer["dead_letter_queue"]) == (worker, f"{worker}-dead")
    assert (consumer["settings"]["batch_size"], consumer["settings"]["max_wait_time_ms"]) == (5, 1000)

    again = run(*DEPLOY).document
    assert again["outcome"] == "unchanged"
    assert trigger_actions(again) == [("keep", "schedules"), ("keep", f"consumer/{worker}-jobs")]

    called.write_text(
        called.read_text()
        .replace("max_batch_size = 5", "max_batch_size = 6")
        .replace('["0 3 * * *", "*/5 * * * *"]', "[]")
    )
    edge.forget()
    changed = run(*DEPLOY).document
    assert (changed["outcome"], changed["version"]) == ("applied", first["version"])
    wrote = [entry["path"].rpartition("/accounts/")[2] for entry in edge.requests() if entry["method"] != "GET"]
    assert len(wrote) == 2, wrote
    assert edge.account("GET", f"/workers/scripts/{worker}/schedules")["schedules"] == []
    assert queue(edge, f"{worker}-jobs")["consumers"][0]["settings"]["batch_size"] == 6

    # Without the keys they are left as they are.
    called.write_text("\n".join(line for line in called.read_text().splitlines() if "crons" not in line))
    edge.account("PUT", f"/workers/scripts/{worker}/schedules", [{"cron": "0 9 * * *"}])
    assert run(*DEPLOY).document["outcome"] == "unchanged"
    assert len(edge.account("GET", f"/workers/scripts/{worker}/schedules")["schedules"]) == 1


def test_what_somebody_changed_is_overwritten_only_when_that_was_asked_for(
    run: Run, edge: RunningEdge, called: Path
) -> None:
    worker = run(*DEPLOY).document["worker"]
    found = queue(edge, f"{worker}-jobs")
    edge.account("PUT", f"/workers/scripts/{worker}/schedules", [{"cron": "0 9 * * *"}])
    edge.account("DELETE", f"/queues/{found['queue_id']}/consumers/{found['consumers'][0]['consumer_id']}")
    refused = run(*DEPLOY)
    assert refused.status == 4
    said = refused.document["error"]["message"]
    assert 'the schedules: ["*/5 * * * *", "0 3 * * *"] after the last deploy, ["0 9 * * *"] now' in said
    _, _, consumer = said.partition(f"the consumer of {worker}-jobs: ")
    assert f'"batch_size": 5, "dead_letter_queue": "{worker}-dead"' in consumer
    assert " after the last deploy, gone now; the schedules" in consumer
    assert queue(edge, f"{worker}-jobs")["consumers"] == []
    assert run(*DEPLOY, "--overwrite").document["outcome"] == "applied"
    assert len(queue(edge, f"{worker}-jobs")["consumers"]) == 1
    assert run(*DEPLOY).document["outcome"] == "unchanged"


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_one_round_of_four_reads_shows_that_nothing_changed(
    run: Run, edge: RunningEdge, called: Path, backend: str
) -> None:
    """Deployments and the Worker, as of every project; its schedules; and the queue that it consumes."""
    deploy = ("deploy", "--backend", backend, "--json")
    first = run(*deploy)
    assert first.status == 0, first.stderr
    edge.forget()
    again = run(*deploy).document
    assert (again["outcome"], again["version"]) == ("unchanged", first.document["version"])
    assert [action["key"] for action in again["actions"]] == [action["key"] for action in first.document["actions"]]
    worker = again["worker"]
    assert sorted(entry["path"].rpartition("/accounts/")[2].partition("/")[2] for entry in edge.requests()) == [
        "queues",
        f"workers/scripts/{worker}/deployments",
        f"workers/scripts/{worker}/schedules",
        f"workers/workers/{worker}",
    ]
    assert {entry["method"] for entry in edge.requests()} == {"GET"}

    # What changed there is seen by the same reads.
    edge.account("PUT", f"/workers/scripts/{worker}/schedules", [{"cron": "0 9 * * *"}])
    (found,) = edge.account("GET", f"/queues?name={worker}-jobs")
    consumer = found["consumers"][0]
    path = f"/queues/{found['queue_id']}/consumers/{consumer['consumer_id']}"
    edge.account("PUT", path, consumer | {"script_name": worker, "settings": consumer["settings"] | {"batch_size": 9}})
    refused = run(*deploy)
    assert refused.status == 4
    said = refused.document["error"]["message"]
    assert f'the consumer of {worker}-jobs: {{"batch_size": 5}} after the last deploy, {{"batch_size": 9}} now' in said
    assert 'the schedules: ["*/5 * * * *", "0 3 * * *"] after the last deploy, ["0 9 * * *"] now' in said
    assert run(*deploy, "--overwrite").document["outcome"] == "applied"
    assert run(*deploy).document["outcome"] == "unchanged"


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_a_queue_that_another_worker_consumes_is_refused_before_anything_is_made(
    run: Run, edge: RunningEdge, called: Path, backend: str
) -> None:
    worker = run(*DEPLOY).document["worker"]
    called.write_text(called.read_text().replace("[[queues.producers]]", "[[queues.producers]]\nshared = true"))
    text = called.read_text().replace("[[queues.consumers]]", "[[queues.consumers]]\nshared = true")
    called.write_text(text)
    edge.forget()
    refused = run("deploy", "--backend", backend, "--env", "staging", "--json")
    assert refused.status == 1
    error = refused.document["error"]
    line = text[: text.index("queue =", text.index("[[queues.consumers]]"))].count("\n") + 1
    assert error["where"] == f"aerostack.toml:{line}:9"
    assert error["message"] == (
        f"the queue {worker}-jobs is consumed by the Worker {worker} already, and a queue can have one consumer only"
    )
    assert error["hint"] == (
        "give this environment a queue of its own; or remove the other consumer: "
        f"aerostack wrangler queues consumer remove {worker}-jobs {worker}"
    )
    assert all(entry["method"] == "GET" for entry in edge.requests())


def test_a_schedule_that_cannot_be_set_is_an_error_and_the_next_deploy_goes_on(
    run: Run, edge: RunningEdge, called: Path
) -> None:
    with edge.refusing("PUT", "/schedules", status=403, code=10000, message="not allowed"):
        failed = run(*DEPLOY)
    assert failed.status == 1
    assert failed.document["outcome"] == "unknown", "the code is live"
    assert "setting the schedules of the Worker" in failed.document["error"]["message"]
    assert "Workers Scripts" in failed.document["error"]["hint"]
    done = run(*DEPLOY).document
    assert done["outcome"] == "applied"
    assert ("update", "schedules") in trigger_actions(done)
