"""What somebody changed behind the last deploy is shown, and overwritten only when that was asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.cfapi.account import edit, live

from aerostack.testing import RunningEdge, fetch

STAGING = ("--env", "staging", "--backend", "cfapi")
Run = Callable[..., Any]


@pytest.fixture
def deployed(run: Run, project: Path) -> dict[str, Any]:
    return dict(run("deploy", *STAGING, "--json").document)


def change(project: Path, mark: str) -> None:
    source = project / "src" / "index.ts"
    source.write_text(source.read_text(encoding="utf-8") + f"\nglobalThis.{mark} = 1;\n", encoding="utf-8")


def test_a_version_of_another_program_stays_until_it_may_be_overwritten(
    run: Run, edge: RunningEdge, project: Path, deployed: dict[str, Any]
) -> None:
    theirs = edit(edge, deployed["worker"], "theirs")
    planned = run("plan", *STAGING, "--json").document
    assert len(planned["drift"]) == 1
    assert f"the version {theirs} is live, which aerostack did not upload" in planned["drift"][0]
    shown = run("plan", *STAGING)
    assert f"drift: {planned['drift'][0]}" in shown.stderr
    assert "will refuse to overwrite that without --overwrite" in shown.stderr
    refused = run("deploy", *STAGING, "--json")
    assert refused.status == 4
    assert refused.document["outcome"] == "not_applied"
    assert refused.document["actions"] == []
    assert refused.document["error"]["code"] == "drift"
    assert planned["drift"][0] in refused.document["error"]["message"]
    assert "--overwrite" in refused.document["error"]["hint"]
    assert live(edge, deployed["worker"]) == theirs
    done = run("deploy", *STAGING, "--overwrite", "--json")
    assert (done.status, done.document["outcome"]) == (0, "applied")
    assert b"theirs" not in fetch(done.document["urls"][0])[1]
    assert run("deploy", *STAGING, "--json").document["outcome"] == "unchanged"


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_a_version_that_somebody_went_back_to_stays_until_it_may_be_overwritten(
    run: Run, edge: RunningEdge, project: Path, deployed: dict[str, Any], backend: str
) -> None:
    """It is one of ours, and nothing was changed here: to go forward again is a decision all the same."""
    staging = ("--env", "staging", "--backend", backend)
    change(project, "second")
    second = run("deploy", *staging, "--json").document
    worker, first = second["worker"], deployed["version"]
    body = {"strategy": "percentage", "versions": [{"version_id": first, "percentage": 100}]}
    edge.account("POST", f"/workers/scripts/{worker}/deployments", body)
    refused = run("deploy", *staging, "--json")
    assert (refused.status, refused.document["error"]["code"]) == (4, "drift")
    assert (
        f"to the version {first}, which is older than the one deployed last ({second['version']})"
        in (refused.document["error"]["message"])
    )
    assert live(edge, worker) == first
    done = run("deploy", *staging, "--overwrite", "--json").document
    assert (done["outcome"], live(edge, worker)) == ("applied", done["version"])
    # Going back from here is meant, and so is the next deploy.
    assert run("rollback", *staging).status == 0
    assert run("deploy", *staging, "--json").document["outcome"] == "applied"


def test_an_address_that_was_turned_off_stays_off_until_it_may_be_turned_on(
    run: Run, edge: RunningEdge, project: Path, deployed: dict[str, Any]
) -> None:
    path = f"/workers/scripts/{deployed['worker']}/subdomain"
    edge.account("POST", path, {"enabled": False, "previews_enabled": False})
    refused = run("deploy", *STAGING, "--json")
    assert refused.status == 4
    assert "workers.dev: on after the last deploy, off now" in refused.document["error"]["message"]
    assert not edge.account("GET", path)["enabled"]
    done = run("deploy", *STAGING, "--overwrite", "--json").document
    assert [action["key"] for action in done["actions"] if action["verb"] != "keep"] == ["workers.dev"]
    assert done["version"] == deployed["version"]
    assert edge.account("GET", path)["enabled"]


def test_settings_that_were_changed_are_set_again_when_that_is_asked_for(
    run: Run, edge: RunningEdge, project: Path, deployed: dict[str, Any]
) -> None:
    path = f"/workers/scripts/{deployed['worker']}/script-settings"
    edge.account("PATCH", path, {"logpush": True})
    refused = run("deploy", *STAGING, "--json")
    assert refused.status == 4
    assert "logpush: unset after the last deploy, on now" in refused.document["error"]["message"]
    assert run("deploy", *STAGING, "--overwrite", "--json").document["outcome"] == "applied"
    assert edge.account("GET", path)["logpush"] is False
    assert run("deploy", *STAGING, "--json").document["outcome"] == "unchanged"
    # wrangler itself leaves alone what the file does not name.
    wrangler = ("deploy", "--env", "staging", "--backend", "wrangler", "--json")
    assert run(*wrangler).document["outcome"] == "applied"
    edge.account("PATCH", path, {"logpush": True})
    assert run(*wrangler).document["error"]["code"] == "drift"
    assert run(*wrangler, "--overwrite").document["outcome"] == "applied"
    assert edge.account("GET", path)["logpush"] is False


def test_a_secret_that_was_set_is_no_drift(
    run: Run, edge: RunningEdge, project: Path, deployed: dict[str, Any]
) -> None:
    secret = {"name": "KEY", "text": "v", "type": "secret_text"}
    edge.account("PUT", f"/workers/scripts/{deployed['worker']}/secrets", secret)
    change(project, "later")
    assert run("plan", *STAGING, "--json").document["drift"] == []
    assert run("deploy", *STAGING, "--json").document["outcome"] == "applied"
    names = [item["name"] for item in edge.account("GET", f"/workers/scripts/{deployed['worker']}/secrets")]
    assert names == ["KEY"]


def test_the_deploy_of_a_colleague_is_no_drift(
    run: Run, aerostack: Run, edge: RunningEdge, project: Path, tmp_path: Path, deployed: dict[str, Any]
) -> None:
    theirs = tmp_path / "colleague"
    shutil.copytree(project, theirs, ignore=shutil.ignore_patterns(".aerostack"))
    change(theirs, "theirs")
    done = aerostack("deploy", *STAGING, "--json", cwd=theirs, env=dict(edge.environ))
    assert done.document["outcome"] == "applied"
    change(project, "ours")
    assert run("deploy", *STAGING, "--json").document["outcome"] == "applied"
