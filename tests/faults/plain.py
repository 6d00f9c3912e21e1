"""wrangler itself, without aerostack, under the same faults: a row to compare with."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import clean_environment
from tests.faults.cells import Cell
from tests.faults.fault import Fault
from tests.faults.invariants import wanted
from tests.faults.launch import Cold
from tests.faults.layer import Strike, fault_layer
from tests.faults.play import Healing, Player
from tests.faults.report import plain
from tests.faults.stage import Project, Run, Stage

from aerostack import toolchain
from aerostack.testing import running_edge


@dataclass(frozen=True)
class PlainStage(Stage):
    """Its projects have a configuration of wrangler's own, which leaves the resources for wrangler to make."""

    environment: Mapping[str, str]

    def project(self) -> Project:
        project = super().project()
        mark = project.mark
        document = {
            "name": mark,
            "main": "index.js",
            "no_bundle": True,
            "compatibility_date": "2026-01-01",
            "workers_dev": True,
            "d1_databases": [{"binding": "DB", "database_name": f"{mark}-db"}],
            "kv_namespaces": [{"binding": "CACHE"}],
            "r2_buckets": [{"binding": "FILES", "bucket_name": f"{mark}-files"}],
            "queues": {"producers": [{"binding": "JOBS", "queue": f"{mark}-jobs"}]},
        }
        (project.folder / "wrangler.json").write_text(json.dumps(document))
        return project

    def deploy(
        self, project: Project, backend: str, *, faulty: bool = True, env: Mapping[str, str] | None = None
    ) -> Run:
        began = time.monotonic()
        environment = clean_environment(project.home) | self.environ(faulty=faulty) | dict(self.environment)
        process = self.launcher.start(("deploy",), cwd=project.folder, env=environment)
        self.layer.victim = process.pid
        stdout, stderr, status = process.communicate(timeout=120)
        return Run(status, "", stdout + stderr, time.monotonic() - began)


def row(player: Player, cell: Cell) -> dict[str, Any]:
    """What becomes of wrangler in a cell; it makes no promises, so nothing is asserted."""
    assert isinstance(cell.fault, Fault)
    leads_to = player.leads_to(cell.backend, cell.flow)
    project = player.prepare(cell.backend, cell.flow)
    before = player.stage.state(project)
    attempts = [player.attempt(cell.backend, project, Strike(cell.call, cell.fault, cell.skip, cell.times))]
    while attempts[-1].run.status != 0 and len(attempts) < 3:
        attempts.append(player.attempt(cell.backend, project))
    reached = [wanted(attempt.after, project.mark) == leads_to for attempt in attempts]
    player.stage.remove(project)
    healed = attempts[-1].run.status == 0 and reached[-1]
    runs: tuple[Healing, ...] = ("by itself", "by one more run", "never")
    return plain(
        cell,
        runs[len(attempts) - 1] if healed else "never",
        duplicate=len(attempts[0].after.versions) > len(before.versions) + 1,
        # A signal tells nothing, and so it cannot tell a lie.
        untruthful=attempts[0].run.status >= 0 and (attempts[0].run.status == 0) != reached[0],
    )


@contextlib.contextmanager
def plain_player() -> Iterator[Player]:
    """wrangler as npm installs it, without telemetry and without its look for a newer version."""
    wrangler = toolchain.wrangler()
    quiet = {"WRANGLER_SEND_METRICS": "false", "WRANGLER_SEND_ERROR_REPORTS": "false", "WRANGLER_HIDE_BANNER": "true"}
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        root = Path(name)
        (root / "home").mkdir()
        with (
            running_edge(root / "edge", clean_environment(root / "home")) as edge,
            fault_layer(edge.environ["CLOUDFLARE_API_BASE_URL"]) as layer,
        ):
            launcher = Cold(tuple(map(str, wrangler.argv)))
            yield Player(PlainStage(edge, layer, launcher, root, {**quiet, **wrangler.environ, "CI": "1"}))
