"""The same project to the same account: through `cfapi`, through the backend `wrangler`, and with plain wrangler."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aerostack import toolchain
from aerostack.testing import RunningEdge, running_edge, serial_rounds
from bench.deploy import EXAMPLE
from bench.measure import AEROSTACK, Cost, cost, spread, table

ROUNDS = 11

#: Nothing that only costs wrangler time: it reports to nobody, and looks for no newer version.
QUIET = {
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_HIDE_BANNER": "true",
}


@dataclass(slots=True)
class Runner:
    """One way to deploy, and what its deploys cost."""

    argv: list[object]
    folder: Path
    environ: Mapping[str, str]
    costs: list[Cost] = field(default_factory=list)
    requests: int = 0
    rounds: int = 0

    def deploy(self, edge: RunningEdge) -> None:
        """Change the code, and deploy it."""
        source = self.folder / "src" / "index.ts"
        source.write_text(f"{source.read_text()}\nglobalThis.changed = {len(self.costs)};\n")
        edge.forget()
        self.costs.append(cost(self.argv, cwd=self.folder, env=os.environ | edge.environ | dict(self.environ)))
        log = edge.requests()
        self.requests, self.rounds = len(log), serial_rounds(log)

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(measured.wall_ms for measured in self.costs)


def run() -> None:
    """Print the table, once with an account next door and once with one that is 100 ms away."""
    for latency in (0.0, 0.1):
        with tempfile.TemporaryDirectory() as folder, running_edge(Path(folder) / "edge") as edge:
            runners = prepare(Path(folder), edge)
            with edge.latency(latency):
                for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine hits them all
                    for runner in runners.values():
                        runner.deploy(edge)
        show(latency, runners)


def show(latency: float, runners: Mapping[str, Runner]) -> None:
    plain = runners["wrangler deploy"].median
    print(f"\nchanged code, each request takes {latency * 1000:g} ms more:\n")
    table(
        ("", "wall ms: median (min)", "× wrangler", "peak MiB", "requests", "serial rounds"),
        (
            (
                name,
                spread(measured.wall_ms for measured in runner.costs),
                f"{runner.median / plain:.2f}",
                f"{max(measured.peak_mib for measured in runner.costs):.0f}",
                runner.requests,
                runner.rounds if latency else "",
            )
            for name, runner in runners.items()
        ),
    )


def prepare(folder: Path, edge: RunningEdge) -> dict[str, Runner]:
    """A project for each, deployed once: what is measured is a deploy of changed code."""
    wrangler = toolchain.wrangler()
    package = Path(wrangler.argv[-1]).parent.parent
    node, *_ = wrangler.argv
    runners = {
        "aerostack deploy --backend cfapi": Runner(
            [AEROSTACK, "deploy", "--env", "staging", "--backend", "cfapi"], _project(folder, "cfapi"), {}
        ),
        "aerostack deploy --backend wrangler": Runner(
            [AEROSTACK, "deploy", "--env", "staging", "--backend", "wrangler"], _project(folder, "wrangler"), {}
        ),
        "wrangler deploy": Runner([node, package / "bin/wrangler.js", "deploy"], _project(folder, "plain"), QUIET),
        "wrangler deploy, its start cached": Runner(
            [*wrangler.argv, "deploy"], _project(folder, "cached"), {**QUIET, **wrangler.environ}
        ),
    }
    for runner in runners.values():
        if runner.argv[0] != AEROSTACK:
            _plain(runner.folder, edge)
        runner.deploy(edge)
        runner.costs.clear()
    return runners


def _project(folder: Path, name: str) -> Path:
    """The demo project under a name of its own."""
    project = folder / name
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".aerostack"))
    file = project / "aerostack.toml"
    text = file.read_text()
    file.write_text(text.replace('"demo-api"', f'"bench-{name}"').replace('"api-db"', f'"bench-{name}-db"'))
    return project


def _plain(project: Path, edge: RunningEdge) -> None:
    """What a user of wrangler has: its own configuration, with ids of things that exist."""
    environ = os.environ | edge.environ
    cost([AEROSTACK, "deploy", "--env", "staging", "--backend", "cfapi"], cwd=project, env=environ)
    shown = subprocess.run(
        [AEROSTACK, "wrangler-config", "--env", "staging", "--folder", str(project)],
        cwd=project,
        env=environ,
        capture_output=True,
        check=True,
    )
    (project / "wrangler.json").write_bytes(shown.stdout)
