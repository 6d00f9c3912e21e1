"""Two machines deploy to one environment at the same moment: two clones, each with a journal and a lock of its own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.cli.proxy import Fatal, fatal_proxy
from tests.plugins.hosted.conftest import Hosted

from aerostack.testing import fetch

CODE = "export default { fetch() { return new Response('%s'); } };\n"


class Gate(Fatal):
    """Kills nobody: lets uploads pass when as many have come."""

    def __init__(self, count: int) -> None:
        super().__init__(0, "before")
        self._barrier = threading.Barrier(count)

    def strikes(self, method: str, path: str) -> bool:
        if method == "POST" and path.endswith("/deployments"):
            self._barrier.wait(60)
        return False


def write(project: Path, says: str) -> None:
    next(project.glob("src/index.*")).write_text(CODE % says, encoding="utf-8")


def test_one_deploys_and_the_other_is_told_by_whom_it_was_overtaken(
    run: Callable[..., Any], aerostack: Callable[..., Any], hosted: Hosted, project: Path, tmp_path: Path
) -> None:
    write(project, "before")
    first = run("deploy", "--yes", "--json").document
    clones = {}
    for name in ("ada", "bob"):
        clones[name] = tmp_path / name / project.name
        shutil.copytree(project, clones[name])
        write(clones[name], name)

    with fatal_proxy(hosted.api_url, Gate(2)) as address, ThreadPoolExecutor(2) as threads:
        login = {"AEROSTACK_API_URL": address, "AEROSTACK_API_KEY": hosted.key}
        runs = {
            name: threads.submit(aerostack, "deploy", "--json", cwd=clone, env=login | {"USER": name})
            for name, clone in clones.items()
        }
        done = {name: future.result() for name, future in runs.items()}

    (winner,) = [name for name, result in done.items() if result.status == 0]
    (loser,) = done.keys() - {winner}
    assert done[winner].document["outcome"] == "applied"
    assert fetch(first["urls"][0]) == (200, winner.encode())
    refused = done[loser].document
    assert done[loser].status == 4
    assert refused["outcome"] == "not_applied"
    assert refused["error"]["code"] in ("deploy_in_progress", "live_changed")
    assert f"deployment 2 by {winner}@" in refused["error"]["message"]
    assert refused["error"]["hint"].endswith("then deploy again")
    # Nothing but that: the loser plans anew, and deploys.
    again = aerostack("deploy", "--json", cwd=clones[loser], env=login | {"AEROSTACK_API_URL": hosted.api_url})
    assert again.document["outcome"] == "applied"
    assert fetch(first["urls"][0]) == (200, loser.encode())
