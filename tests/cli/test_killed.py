"""SIGKILL at every write of a first deploy, before it is sent and before it is answered."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.cli.proxy import Fatal, fatal_proxy

from aerostack.testing import RunningEdge

AEROSTACK = Path(sys.executable).with_name("aerostack")
WRITES = 5  # database, namespace, bucket, upload, address


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux alone can be asked to")
def test_a_program_that_the_run_has_started_dies_with_it(
    environment: dict[str, str], edge: RunningEdge, project: Path
) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[build]\ncommand = "echo $$ > started; exec tail -f /dev/null"\n')
    started = project / "started"
    with subprocess.Popen(
        [AEROSTACK, "deploy"],
        cwd=project,
        env=environment | dict(edge.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not started.exists() or not started.read_text().endswith("\n"):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    place = Path("/proc") / started.read_text().strip()
    deadline = time.monotonic() + 30
    while _runs(place):
        assert time.monotonic() < deadline, "it outlived the run"
        time.sleep(0.01)


def _runs(place: Path) -> bool:
    """Whether a process is there, and not only remembered."""
    try:
        return ") Z " not in (place / "stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, WRITES + 1))
def test_the_next_run_goes_on_and_makes_nothing_twice(
    run: Callable[..., Any],
    environment: dict[str, str],
    edge: RunningEdge,
    project: Path,
    at: int,
    when: Literal["before", "after"],
) -> None:
    file = project / "aerostack.toml"
    name = file.read_text().split('"')[1]
    file.write_text(file.read_text() + f'\n[[r2_buckets]]\nbinding = "FILES"\nbucket_name = "{name}"\n')
    fatal = Fatal(at, when)
    with fatal_proxy(edge.environ["CLOUDFLARE_API_BASE_URL"], fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "deploy"],
            cwd=project,
            env=environment | dict(edge.environ) | {"CLOUDFLARE_API_BASE_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
        assert process.returncode < 0, fatal.writes
        assert len(fatal.writes) >= at
    # What is on disk is whole, and the plan of the next run is what it does.
    planned = run("plan", "--json").document
    again = run("deploy", "--json").document
    assert again["outcome"] == ("applied" if any(a["verb"] != "keep" for a in planned["actions"]) else "unchanged")
    assert again["actions"] == planned["actions"]
    mark = name.removeprefix("hello-")
    databases = [item["uuid"] for item in edge.account("GET", "/d1/database?per_page=1000") if mark in item["name"]]
    namespaces = [
        item["id"] for item in edge.account("GET", "/storage/kv/namespaces?per_page=1000") if mark in item["title"]
    ]
    assert databases == [again["resources"]["DB"]["id"]]
    assert namespaces == [again["resources"]["CACHE"]["id"]]
    assert databases[0] in file.read_text()
    assert namespaces[0] in file.read_text()
    assert run("deploy", "--json").document["outcome"] == "unchanged"
    assert list(project.glob(".*.tmp")) == []
