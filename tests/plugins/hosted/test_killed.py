"""SIGKILL at every write of a first deploy, before the server has seen it and before its answer arrives."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK
from tests.plugins.hosted.conftest import Hosted

from aerostack.testing import fetch

WRITES = 3  # project, resources, deployment


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_the_next_run_goes_on_and_makes_nothing_twice(
    run: Callable[..., Any],
    environment: dict[str, str],
    hosted: Hosted,
    project: Path,
    name: str,
    at: int,
    when: Literal["before", "after"],
) -> None:
    fatal = Fatal(at, when)
    with fatal_proxy(hosted.api_url, fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "deploy", "--yes"],
            cwd=project,
            env=environment | {"AEROSTACK_API_URL": address, "AEROSTACK_API_KEY": hosted.key},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
        assert process.returncode < 0, fatal.writes
        again = run("deploy", "--yes", "--json", env={"AEROSTACK_API_URL": address}).document
    assert again["outcome"] in ("applied", "unchanged")
    assert fetch(again["urls"][0])[0] == 200
    assert [item["name"] for item in run("projects", "list", "--json").document["projects"]].count(name) == 1
    history = run("deployments", "list", "--json").document["deployments"]
    assert [(item["number"], item["status"]) for item in history] == [(1, "live")]
    assert run("deploy", "--json").document["outcome"] == "unchanged"
