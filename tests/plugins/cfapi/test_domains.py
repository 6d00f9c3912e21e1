"""Custom domains: planned, led to the Worker, kept, and never taken from another one by the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

Run = Callable[..., Any]
DEPLOY = ("deploy", "--backend", "cfapi", "--json")


@pytest.fixture
def host(project: Path) -> str:
    """The project is to answer at this name."""
    file = project / "aerostack.toml"
    text = file.read_text()
    found = f"api.{text.partition('name = ')[2].split(chr(34))[1]}.example"
    file.write_text(f'routes = [{{ pattern = "{found}", custom_domain = true }}]\n{text}')
    return found


def leads_to(edge: RunningEdge, host: str) -> list[str]:
    return [str(domain["service"]) for domain in edge.account("GET", f"/workers/domains?hostname={host}")]


def test_it_is_planned_set_and_then_kept(run: Run, edge: RunningEdge, host: str) -> None:
    planned = run("plan", "--backend", "cfapi", "--json").document
    first = run(*DEPLOY)
    assert first.status == 0, first.stderr
    assert first.document["actions"] == planned["actions"]
    assert [(a["verb"], a["name"]) for a in planned["actions"] if a["kind"] == "domain"] == [("create", host)]
    assert first.document["urls"] == [f"https://{host}"], "with a domain, workers.dev is off unless the file says so"
    assert leads_to(edge, host) == [first.document["worker"]]
    edge.forget()
    again = run(*DEPLOY).document
    assert (again["outcome"], again["urls"]) == ("unchanged", [f"https://{host}"])
    assert [a["verb"] for a in again["actions"] if a["kind"] == "domain"] == ["keep"]
    assert len(edge.requests()) == 3, "one round: deployments, the Worker, the domain"


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_it_is_taken_from_another_worker_only_by_name(run: Run, edge: RunningEdge, host: str, backend: str) -> None:
    other = run("deploy", "--backend", "cfapi", "--env", "staging", "--json").document["worker"]
    assert leads_to(edge, host) == [other], "an environment inherits the base's routes"
    deploy = ("deploy", "--backend", backend, "--json")
    edge.forget()
    refused = run(*deploy)
    assert refused.status == 1
    assert refused.document["error"]["message"] == (
        f"the domain {host} leads to the Worker {other}, from which this deploy would take it away"
    )
    assert f"--adopt domain/{host}" in refused.document["error"]["hint"]
    assert all(entry["method"] == "GET" for entry in edge.requests())
    done = run(*deploy, "--adopt", f"domain/{host}")
    assert done.status == 0, done.stderr
    assert leads_to(edge, host) == [done.document["worker"]]
    assert run(*deploy).document["outcome"] == "unchanged"
    # What somebody does about it later is seen.
    (domain,) = edge.account("GET", f"/workers/domains?hostname={host}")
    edge.account("DELETE", f"/workers/domains/{domain['id']}")
    drifted = run(*deploy)
    assert drifted.status == 4
    said = f"the domain {host}: led to {done.document['worker']} after the last deploy, leads to nothing now"
    assert said in drifted.document["error"]["message"]
    assert run(*deploy, "--overwrite").document["outcome"] == "applied"
    assert leads_to(edge, host) == [done.document["worker"]]


def test_one_that_cannot_be_led_here_is_an_error_and_the_next_deploy_goes_on(
    run: Run, edge: RunningEdge, host: str
) -> None:
    with edge.refusing("PUT", "/workers/domains", status=400, code=100117, message="no such zone"):
        failed = run(*DEPLOY)
    assert (failed.status, failed.document["outcome"]) == (1, "unknown"), "the code is live"
    assert f"leading the domain {host} to the Worker" in failed.document["error"]["message"]
    assert "no such zone" in failed.document["error"]["message"]
    assert run(*DEPLOY).document["outcome"] == "applied"
    assert len(leads_to(edge, host)) == 1
