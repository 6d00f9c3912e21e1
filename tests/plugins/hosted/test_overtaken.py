"""A colleague deploys to the same environment at the same time, from another machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.proxy import fatal_proxy
from tests.plugins.cfapi.account import Meanwhile
from tests.plugins.hosted.conftest import Hosted

Run = Callable[..., Any]


@pytest.fixture
def colleague(aerostack: Run, hosted: Hosted, run: Run, project: Path, tmp_path: Path) -> Callable[[], int]:
    """The project is deployed; a colleague's checkout of it deploys another version when called. Returns its number."""
    assert run("deploy", "--yes").status == 0
    theirs = tmp_path / "colleague"
    shutil.copytree(project, theirs, ignore=shutil.ignore_patterns(".aerostack"))
    _change(theirs, "theirs")
    login = {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}

    def deploy() -> int:
        assert aerostack("deploy", cwd=theirs, env=login).status == 0
        listed = aerostack("deployments", "list", "--env", "staging", "--json", cwd=theirs, env=login).document
        return int(listed["deployments"][0]["number"])

    return deploy


@pytest.fixture
def meanwhile(run: Run, hosted: Hosted) -> Callable[..., Any]:
    """Run a command while something happens on the way."""

    def command(meanwhile: Meanwhile, *argv: object) -> Any:
        with fatal_proxy(hosted.api_url, meanwhile) as address:
            finished = run(*argv, env={"AEROSTACK_API_URL": address})
        assert meanwhile.done, "it never happened"
        return finished

    return command


def _change(project: Path, mark: str) -> None:
    source = project / "src" / "index.ts"
    source.write_text(source.read_text(encoding="utf-8") + f"\nglobalThis.{mark} = 1;\n", encoding="utf-8")


def _uploading(method: str, path: str, uploaded: bool) -> bool:
    return method == "POST" and path.endswith("/deployments")


def test_an_upload_that_comes_too_late_is_refused_and_planned_anew(
    meanwhile: Run, run: Run, project: Path, colleague: Callable[[], int]
) -> None:
    _change(project, "ours")
    done = meanwhile(Meanwhile(when_asked=_uploading, act=colleague), "deploy", "--json")
    assert (done.status, done.document["outcome"]) == (4, "not_applied")
    assert done.document["error"]["code"] == "stale"
    assert {action["verb"] for action in done.document["replanned"] if action["key"] == "worker"} == {"update"}
    assert "so the plan was made anew" in done.stderr
    assert run("deploy", "--json").document["outcome"] == "applied"


def test_who_is_overtaken_after_the_upload_is_told(meanwhile: Run, project: Path, colleague: Callable[[], int]) -> None:
    _change(project, "ours")
    happening = Meanwhile(
        when_asked=lambda method, path, uploaded: uploaded and path.endswith("/environments/staging"), act=colleague
    )
    done = meanwhile(happening, "deploy", "--json")
    assert (done.status, done.document["outcome"]) == (4, "not_applied")
    assert done.document["error"]["message"].endswith(f"was live, but deployment {happening.done[0]} is by now")
