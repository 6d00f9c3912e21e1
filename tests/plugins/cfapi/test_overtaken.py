"""Somebody else deploys at the same time, from another machine: Cloudflare has no lock, so it is looked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.proxy import fatal_proxy
from tests.plugins.cfapi.account import Meanwhile, live

from aerostack.testing import RunningEdge

STAGING = ("--env", "staging", "--backend", "cfapi")
Run = Callable[..., Any]


@pytest.fixture
def colleague(aerostack: Run, edge: RunningEdge, run: Run, project: Path, tmp_path: Path) -> Callable[[], str]:
    """The project is deployed; a colleague's checkout of it deploys another version when called. Returns its id."""
    run("deploy", *STAGING, "--json")
    theirs = tmp_path / "colleague"
    shutil.copytree(project, theirs, ignore=shutil.ignore_patterns(".aerostack"))
    _change(theirs, "theirs")

    def deploy() -> str:
        return str(aerostack("deploy", *STAGING, "--json", cwd=theirs, env=dict(edge.environ)).document["version"])

    return deploy


@pytest.fixture
def meanwhile(run: Run, edge: RunningEdge) -> Callable[..., Any]:
    """Run a command while something happens on the way."""

    def command(meanwhile: Meanwhile, *argv: object) -> Any:
        with fatal_proxy(edge.environ["CLOUDFLARE_API_BASE_URL"], meanwhile) as address:
            finished = run(*argv, env={"CLOUDFLARE_API_BASE_URL": address})
        assert meanwhile.done, "it never happened"
        return finished

    return command


def _change(project: Path, mark: str) -> None:
    source = project / "src" / "index.ts"
    source.write_text(source.read_text(encoding="utf-8") + f"\nglobalThis.{mark} = 1;\n", encoding="utf-8")


def _bind(project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[[env.staging.kv_namespaces]]\nbinding = "MORE"\n')


def _creating(method: str, path: str, uploaded: bool) -> bool:
    return method == "POST" and path.endswith("/storage/kv/namespaces")


def test_a_plan_that_is_not_true_any_more_is_made_anew_and_shown_but_not_carried_out(
    meanwhile: Run, run: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    _bind(project)
    happening = Meanwhile(when_asked=_creating, act=colleague)
    done = meanwhile(happening, "deploy", *STAGING, "--json")
    assert done.status == 4
    assert done.document["outcome"] == "not_applied"
    assert done.document["error"]["code"] == "stale"
    assert "while this deploy was being prepared" in done.document["error"]["message"]
    assert [action["key"] for action in done.document["actions"]] == ["kv/MORE"]
    again = {action["key"]: action["verb"] for action in done.document["replanned"]}
    assert (again["kv/MORE"], again["worker"]) == ("keep", "update")
    assert "so the plan was made anew" in done.stderr
    assert live(edge, done.document["worker"]) == happening.done[0]
    # The next run carries on, and makes nothing twice.
    after = run("deploy", *STAGING, "--json").document
    assert (after["outcome"], after["resources"]["MORE"]["outcome"]) == ("applied", "found")


def test_a_setting_that_somebody_changes_meanwhile_is_not_overwritten(
    meanwhile: Run, run: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    """One that belongs to no version, so that the deployment is the one of the plan still."""
    _bind(project)
    worker = run("plan", *STAGING, "--json").document["worker"]
    path = f"/workers/scripts/{worker}/script-settings"
    happening = Meanwhile(when_asked=_creating, act=lambda: edge.account("PATCH", path, {"logpush": True}))
    done = meanwhile(happening, "deploy", *STAGING, "--yes", "--json")
    assert (done.status, done.document["outcome"]) == (4, "not_applied")
    assert (
        f"somebody changed {worker} while this deploy was being prepared: logpush: unset when it was planned, on now"
        in done.stderr
    )
    # What was made anew is a plan that would overwrite it.
    assert done.document["error"]["code"] == "drift"
    assert "logpush: unset after the last deploy, on now" in done.document["error"]["message"]
    assert edge.account("GET", path)["logpush"] is True
    assert run("deploy", *STAGING, "--overwrite", "--json").document["outcome"] == "applied"
    assert edge.account("GET", path)["logpush"] is False


def test_yes_carries_the_new_plan_out(
    meanwhile: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    _bind(project)
    done = meanwhile(Meanwhile(when_asked=_creating, act=colleague), "deploy", *STAGING, "--yes", "--json")
    assert (done.status, done.document["outcome"]) == (0, "applied")
    assert "replanned" not in done.document
    assert done.document["resources"]["MORE"]["id"] in (project / "aerostack.toml").read_text()
    assert live(edge, done.document["worker"]) == done.document["version"]


def test_a_namespace_that_somebody_made_meanwhile_is_not_taken(
    meanwhile: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    _bind(project)
    title = next(a["name"] for a in _plan(edge, project, meanwhile)["actions"] if a["key"] == "kv/MORE")
    theirs = Meanwhile(
        when_asked=_creating, act=lambda: edge.account("POST", "/storage/kv/namespaces", {"title": title})["id"]
    )
    done = meanwhile(theirs, "deploy", *STAGING, "--json")
    # The plan made anew is one that --adopt has to allow, so there is none.
    assert done.status == 1
    assert done.document["outcome"] == "not_applied"
    assert f"--adopt kv/{title}" in done.document["error"]["hint"]


def test_who_is_overtaken_after_the_upload_is_told(
    meanwhile: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    _change(project, "ours")
    happening = Meanwhile(
        when_asked=lambda method, path, uploaded: uploaded and path.endswith("/deployments"), act=colleague
    )
    done = meanwhile(happening, "deploy", *STAGING, "--json")
    assert done.status == 4
    assert done.document["outcome"] == "not_applied"
    assert "was live, but" in done.document["error"]["message"]
    assert [action["key"] for action in done.document["actions"]] == ["worker"]
    assert live(edge, done.document["worker"]) == happening.done[0]


def test_who_replaces_a_deploy_of_a_moment_ago_is_told(
    meanwhile: Run, edge: RunningEdge, project: Path, colleague: Callable[[], str]
) -> None:
    _change(project, "ours")
    happening = Meanwhile(when_asked=lambda method, path, uploaded: method == "PUT", act=colleague)
    done = meanwhile(happening, "deploy", *STAGING, "--json")
    assert (done.status, done.document["outcome"]) == (0, "applied")
    assert "this deploy has replaced theirs" in done.stderr
    assert live(edge, done.document["worker"]) == done.document["version"]


def _plan(edge: RunningEdge, project: Path, meanwhile: Run) -> dict[str, Any]:
    happening = Meanwhile(when_asked=lambda method, path, uploaded: True)
    return dict(meanwhile(happening, "plan", *STAGING, "--json").document)
