"""What somebody made live behind the last deploy is shown, and overwritten only when that was asked for."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.hosted.conftest import Hosted

Run = Callable[..., Any]


@pytest.fixture
def deployed(run: Run, project: Path) -> dict[str, Any]:
    """The project, deployed twice from here."""
    assert run("deploy", "--yes").status == 0
    change(project, "second")
    return dict(run("deploy", "--json").document)


@pytest.fixture
def colleague(aerostack: Run, hosted: Hosted, project: Path, tmp_path: Path) -> Run:
    """Run a command in another checkout, with a key of one's own unless told otherwise."""
    theirs = tmp_path / "colleague"
    login = {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}
    made = aerostack("keys", "create", "--name", "anna", "--scope=deploy", "--scope=read", "--json", env=login).document

    def command(*argv: object, key: str = str(made["key"])) -> Any:
        if not theirs.exists():
            shutil.copytree(project, theirs, ignore=shutil.ignore_patterns("journal"))
            change(theirs, "theirs")
        return aerostack(*argv, cwd=theirs, env=login | {"AEROSTACK_API_KEY": key})

    return command


def change(project: Path, mark: str) -> None:
    source = project / "src" / "index.ts"
    source.write_text(source.read_text(encoding="utf-8") + f"\nglobalThis.{mark} = 1;\n", encoding="utf-8")


def set_public(hosted: Hosted, name: str, public: bool) -> None:
    """As the dashboard does."""
    request = urllib.request.Request(
        f"{hosted.api_url}/api/v1/projects/{name}",
        data=json.dumps({"public": public}).encode(),
        headers={"Authorization": f"Bearer {hosted.key}", "Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def test_what_a_colleague_deployed_is_replaced_and_that_is_said(
    run: Run, colleague: Run, project: Path, deployed: dict[str, Any]
) -> None:
    assert colleague("deploy", "--json", "-o", "message=urgent").document["outcome"] == "applied"
    change(project, "ours")
    planned = run("plan", "--json").document
    assert planned["drift"] == []
    (said,) = planned["notes"]
    assert said.startswith("this replaces deployment 3, which was not made from here (deployed by anna on ")
    assert said.endswith(": urgent)")
    done = run("deploy", "--json")
    assert (done.status, done.document["outcome"]) == (0, "applied")
    assert said in done.document["notes"]
    change(project, "later")
    assert run("plan", "--json").document["notes"] == []


def test_a_rollback_stays_until_it_may_be_undone(
    run: Run, colleague: Run, hosted: Hosted, project: Path, deployed: dict[str, Any]
) -> None:
    """Also with the same key, and although nothing was changed here: to go forward again is a decision."""
    back = colleague("rollback", "--json", key=hosted.key)
    assert back.status == 0, back.stderr
    refused = run("deploy", "--json")
    assert refused.status == 4
    (said,) = run("plan", "--json").document["drift"]
    assert said.startswith("deployment 3 is live, which was not made from here (Rollback to 1 by tests on ")
    assert refused.document["error"]["code"] == "drift"
    assert refused.document["actions"] == []
    assert said in refused.document["error"]["message"]
    assert "will refuse to overwrite that without --overwrite" in run("plan").stderr
    assert run("deploy", "--overwrite", "--json").document["outcome"] == "applied"


def test_what_was_done_from_here_or_with_the_same_key_is_no_drift(
    run: Run, colleague: Run, hosted: Hosted, project: Path, deployed: dict[str, Any]
) -> None:
    assert colleague("deploy", key=hosted.key).status == 0
    change(project, "ours")
    assert run("deploy", "--json").document["outcome"] == "applied"
    assert run("rollback").status == 0
    assert run("deploy", "--json").document["outcome"] == "applied"
    assert run("secrets", "set", "GREETING", stdin="hello").status == 0
    assert run("plan", "--json").document["drift"] == []


def test_whether_it_is_public_is_not_overwritten_by_the_way(
    run: Run, hosted: Hosted, project: Path, name: str, deployed: dict[str, Any]
) -> None:
    set_public(hosted, name, False)
    refused = run("deploy", "--public", "--json")
    assert refused.status == 4
    assert "the project: public after the last deploy, private now" in refused.document["error"]["message"]
    change(project, "ours")
    assert run("deploy", "--json").document["outcome"] == "applied", "it stays as it is"
    # From here on that is what was there after the last deploy.
    assert run("deploy", "--public", "--json").document["outcome"] == "applied"


def test_a_secret_in_the_place_of_a_variable_is_noted(run: Run, project: Path, deployed: dict[str, Any]) -> None:
    assert "GREETING = " in (project / "aerostack.toml").read_text()
    assert run("secrets", "set", "GREETING", stdin="from the dashboard").status == 0
    assert "secrets take the place of variables of the same name: GREETING" in run("plan", "--json").document["notes"]
