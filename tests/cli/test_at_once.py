"""Two deploys of one environment at the same time, on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aerostack.testing import RunningEdge

AEROSTACK = Path(sys.executable).with_name("aerostack")


def test_the_second_is_refused_and_told_who_is_first(
    run: Callable[..., Any], environment: dict[str, str], edge: RunningEdge, project: Path
) -> None:
    file = project / "aerostack.toml"
    # The first one waits in its build until somebody opens the pipe.
    os.mkfifo(project / "gate")
    os.mkfifo(project / "waiting")
    file.write_text(file.read_text() + '\n[build]\ncommand = "echo > waiting; cat gate"\n')
    first = subprocess.Popen(
        [AEROSTACK, "deploy"],
        cwd=project,
        env=environment | dict(edge.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with first:
        (project / "waiting").read_bytes()
        second = run("deploy", "--json")
        holders = run("unlock", "--json")
        (project / "gate").write_text("go on\n")
    assert first.returncode == 0
    assert second.status == 4
    assert second.document["outcome"] == "not_applied"
    assert second.document["error"]["code"] == "locked"
    assert f"process {first.pid}" in second.document["error"]["message"]
    assert "aerostack unlock" in second.document["error"]["hint"]
    assert holders.status == 1
    assert [(lock["held"], lock["pid"]) for lock in holders.document["locks"]] == [(True, first.pid)]
    assert run("unlock").stdout == "no lock is held\n"
