"""Routes by pattern: planned, led to the Worker, kept, removed, and never taken from another one by the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge, fetch

Run = Callable[..., Any]
Routes = Callable[[str], str]
DEPLOY = ("deploy", "--backend", "cfapi", "--json")


@pytest.fixture
def routes(project: Path) -> Routes:
    """Writes ``routes`` into the project's file; ``{zone}`` is a zone of its own, which it returns."""
    file = project / "aerostack.toml"
    text = file.read_text()
    zone = f"{text.partition('name = ')[2].split(chr(34))[1]}.example"

    def write(value: str) -> str:
        rest = file.read_text().partition("# routes\n")[2] or text
        said = f"routes = {value.replace('{zone}', zone)}\n" if value else ""
        file.write_text(f"{said}# routes\n{rest}")
        return zone

    return write


def lead_to(edge: RunningEdge, zone: str) -> dict[str, str]:
    (found,) = edge.api("GET", f"/zones?name={zone}")
    return {route["pattern"]: route["script"] for route in edge.api("GET", f"/zones/{found['id']}/workers/routes")}


def planned(document: dict[str, Any]) -> dict[str, str]:
    return {action["name"]: action["verb"] for action in document["actions"] if action["kind"] in ("route", "domain")}


def test_they_are_planned_set_and_then_kept(run: Run, edge: RunningEdge, routes: Routes) -> None:
    zone = routes('["{zone}/*", { pattern = "Shop.{zone}/A/*", zone_name = "{zone}" }]')
    patterns = (f"{zone}/*", f"shop.{zone}/A/*")
    plan = run("plan", "--backend", "cfapi", "--json").document
    assert planned(plan) == dict.fromkeys(patterns, "create")
    first = run(*DEPLOY)
    assert first.status == 0, first.stderr
    assert first.document["actions"] == plan["actions"]
    assert first.document["urls"] == [], "with a route, workers.dev is off unless the file says so"
    assert lead_to(edge, zone) == dict.fromkeys(patterns, first.document["worker"])
    edge.forget()
    again = run(*DEPLOY).document
    assert (again["outcome"], planned(again)) == ("unchanged", dict.fromkeys(patterns, "keep"))
    asked = [entry["path"] for entry in edge.requests()]
    assert ["/zones" in path for path in asked].count(True) == 2, "the zone and its routes, once for both"
    assert len(asked) == 4, asked


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_both_backends_take_turns(run: Run, edge: RunningEdge, routes: Routes, backend: str, project: Path) -> None:
    zone = routes('["{zone}/*", "*.{zone}/api/*"]')
    first = run("deploy", "--backend", backend, "--json")
    assert first.status == 0, first.stderr
    worker = first.document["worker"]
    there = lead_to(edge, zone)
    assert there == {f"{zone}/*": worker, f"*.{zone}/api/*": worker}
    source = project / "src" / "index.ts"
    source.write_text(f"{source.read_text()}\nglobalThis.changed = true;\n")
    other = "wrangler" if backend == "cfapi" else "cfapi"
    second = run("deploy", "--backend", other, "--json")
    assert second.status == 0, second.stderr
    assert lead_to(edge, zone) == there
    assert set(planned(second.document).values()) <= {"keep"}


def test_one_is_taken_from_another_worker_only_by_name(run: Run, edge: RunningEdge, routes: Routes) -> None:
    zone = routes('["{zone}/*"]')
    other = run(*DEPLOY, "--env", "staging").document["worker"]
    assert lead_to(edge, zone) == {f"{zone}/*": other}, "an environment inherits the base's routes"
    edge.forget()
    refused = run(*DEPLOY)
    assert refused.status == 1
    error = refused.document["error"]
    assert error["message"] == (
        f"the route {zone}/* leads to the Worker {other}, from which this deploy would take it away"
    )
    assert error["where"].startswith("aerostack.toml:1:")
    assert error["hint"] == f"choose another pattern; or, if it is to move here: --adopt 'route/{zone}/*'"
    assert all(entry["method"] == "GET" for entry in edge.requests())
    done = run(*DEPLOY, "--adopt", f"route/{zone}/*")
    assert done.status == 0, done.stderr
    assert planned(done.document) == {f"{zone}/*": "adopt"}
    assert lead_to(edge, zone) == {f"{zone}/*": done.document["worker"]}
    assert run(*DEPLOY).document["outcome"] == "unchanged"


def test_what_somebody_does_about_one_later_is_seen(run: Run, edge: RunningEdge, routes: Routes) -> None:
    zone = routes('["{zone}/*"]')
    worker = run(*DEPLOY).document["worker"]
    (found,) = edge.api("GET", f"/zones?name={zone}")
    (route,) = edge.api("GET", f"/zones/{found['id']}/workers/routes")
    edge.api("DELETE", f"/zones/{found['id']}/workers/routes/{route['id']}")
    drifted = run(*DEPLOY)
    assert drifted.status == 4
    said = f"the route {zone}/*: led to {worker} after the last deploy, leads to nothing now"
    assert said in drifted.document["error"]["message"]
    assert run(*DEPLOY, "--overwrite").document["outcome"] == "applied"
    assert lead_to(edge, zone) == {f"{zone}/*": worker}


def test_what_the_file_does_not_name_any_more_is_removed_and_nothing_else(
    run: Run, edge: RunningEdge, routes: Routes
) -> None:
    zone = routes('["{zone}/*", "a.{zone}/*", { pattern = "api.{zone}", custom_domain = true }]')
    worker = run(*DEPLOY).document["worker"]
    (found,) = edge.api("GET", f"/zones?name={zone}")
    edge.api("POST", f"/zones/{found['id']}/workers/routes", {"pattern": f"by-hand.{zone}/*", "script": worker})
    edge.account("PUT", "/workers/domains", {"hostname": f"by-hand.{zone}", "service": worker})
    routes('["{zone}/*"]')
    plan = run("plan", "--backend", "cfapi")
    for removed in (f"route a.{zone}/*", f"domain api.{zone}"):
        assert f"- delete {removed}  (aerostack.toml does not name it any more)\n" in plan.stderr
    refused = run(*DEPLOY)
    assert (refused.status, refused.document["error"]["message"], refused.document["error"]["hint"]) == (
        1,
        f"nothing was changed: this deploy would delete domain api.{zone}, route a.{zone}/*",
        "answer yes, or pass --yes",
    )
    assert set(lead_to(edge, zone)) == {f"{zone}/*", f"a.{zone}/*", f"by-hand.{zone}/*"}
    done = run(*DEPLOY, "--yes")
    assert done.status == 0, done.stderr
    assert planned(done.document) == {f"{zone}/*": "keep", f"a.{zone}/*": "delete", f"api.{zone}": "delete"}
    assert lead_to(edge, zone) == dict.fromkeys((f"{zone}/*", f"by-hand.{zone}/*"), worker)
    domains = edge.account("GET", f"/workers/domains?service={worker}")
    assert [domain["hostname"] for domain in domains] == [f"by-hand.{zone}"]
    assert run(*DEPLOY).document["outcome"] == "unchanged"
    routes("")
    last = run(*DEPLOY, "--yes").document
    assert planned(last) == {f"{zone}/*": "delete"}
    assert last["urls"], "without a route, the Worker answers on workers.dev again"
    assert lead_to(edge, zone) == {f"by-hand.{zone}/*": worker}


def test_one_that_moved_to_another_worker_meanwhile_is_not_removed(run: Run, edge: RunningEdge, routes: Routes) -> None:
    zone = routes('["{zone}/*"]')
    run(*DEPLOY)
    moved = run(*DEPLOY, "--env", "staging", "--adopt", f"route/{zone}/*").document["worker"]
    routes("")
    assert run(*DEPLOY).document["outcome"] == "applied", "workers.dev is on again"
    assert lead_to(edge, zone) == {f"{zone}/*": moved}


def test_one_in_no_zone_is_shown_where_it_stands(run: Run, routes: Routes) -> None:
    zone = routes('[{ pattern = "{zone}/*", zone_name = "nowhere" }]')
    failed = run(*DEPLOY)
    error = failed.document["error"]
    assert (failed.status, error["code"]) == (2, "no_zone")
    assert error["message"] == f"the route {zone}/* is in no zone of the account, since it names no host"
    routes('["*/api/*"]')
    assert "the route */api/* is in no zone of the account" in run(*DEPLOY).document["error"]["message"]


def test_what_a_route_says_beside_is_refused_by_name(run: Run, routes: Routes) -> None:
    routes('[{ pattern = "a.{zone}", custom_domain = true, enabled = false }]')
    error = run(*DEPLOY).document["error"]
    assert error["message"] == "the backend `cfapi` cannot honour the key `routes[0].enabled`"


def test_a_token_without_the_permission_is_told_which(run: Run, edge: RunningEdge, routes: Routes) -> None:
    routes('["{zone}/*"]')
    with edge.refusing("GET", "/workers/routes", status=403, code=10000, message="no"):
        error = run(*DEPLOY).document["error"]
    assert "needs the permission Workers Routes Read" in error["message"]
    assert "add Zone › Workers Routes › Read to the token" in error["hint"]


def test_the_routes_answer(run: Run, edge: RunningEdge, routes: Routes) -> None:
    zone = routes('["{zone}/only/*"]')
    assert run(*DEPLOY).status == 0
    port = edge.environ["CLOUDFLARE_API_BASE_URL"].rpartition(":")[2].partition("/")[0]
    assert fetch(f"http://{zone}:{port}/only/this")[0] == 404, "that is what the Worker knows of it"
    assert fetch(f"http://{zone}:{port}/other")[0] == 403, "no host of ours"


def test_one_that_cannot_be_led_here_is_an_error_and_the_next_deploy_goes_on(
    run: Run, edge: RunningEdge, routes: Routes
) -> None:
    zone = routes('["{zone}/*"]')
    with edge.refusing("POST", "/workers/routes", status=400, code=10022, message="no such pattern"):
        failed = run(*DEPLOY)
    assert (failed.status, failed.document["outcome"]) == (1, "unknown"), "the code is live"
    assert f"leading the route {zone}/* to the Worker" in failed.document["error"]["message"]
    assert "no such pattern" in failed.document["error"]["message"]
    assert run(*DEPLOY).document["outcome"] == "applied"
    assert len(lead_to(edge, zone)) == 1
