"""First deploy, redeploy and a deploy with nothing to do, of the demo project against the edge."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aerostack.testing import RunningEdge, running_edge, serial_rounds
from bench.measure import AEROSTACK, Cost, cost, spread, table

ROUNDS = 7
EXAMPLE = Path(__file__).parent.parent / "examples" / "demo-api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """One measured deploy."""

    kind: str
    cost: Cost
    requests: int
    writes: int
    rounds: int


def run() -> None:
    """Print the table, once with an account next door and once with one that is 100 ms away."""
    for latency in (0.0, 0.1):
        with (
            tempfile.TemporaryDirectory() as folder,
            running_edge(Path(folder) / "edge") as edge,
            edge.latency(latency),
        ):
            projects = [Path(folder) / f"p{index}" for index in range(ROUNDS)]
            deploys = [deploy for project in projects for deploy in measure(project, edge)]
        print(f"\neach request takes {latency * 1000:g} ms more:\n")
        table(
            ("deploy", "wall ms: median (min)", "peak MiB", "requests", "writes", "serial rounds"),
            [row(kind, deploys, far=latency > 0) for kind in dict.fromkeys(deploy.kind for deploy in deploys)],
        )


def row(kind: str, deploys: list[Deploy], *, far: bool) -> tuple[object, ...]:
    """A line of the table. Next door, parallel requests are answered before they overlap: rounds say nothing there."""
    same = [deploy for deploy in deploys if deploy.kind == kind]
    return (
        kind,
        spread(deploy.cost.wall_ms for deploy in same),
        f"{statistics.median(deploy.cost.peak_mib for deploy in same):.0f}",
        max(deploy.requests for deploy in same),
        max(deploy.writes for deploy in same),
        max(deploy.rounds for deploy in same) if far else "",
    )


def measure(project: Path, edge: RunningEdge) -> Iterator[Deploy]:
    """A project of its own, deployed three times."""
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".aerostack"))
    file = project / "aerostack.toml"
    text = file.read_text(encoding="utf-8")
    # Names are what the account knows things by: a project of its own needs its own.
    file.write_text(
        text.replace('"demo-api"', f'"bench-{project.name}"').replace('"api-db"', f'"bench-{project.name}-db"')
    )
    yield _deploy("first", project, edge)
    source = next(project.glob("src/index.*"))
    source.write_text(source.read_text(encoding="utf-8") + "\nglobalThis.changed = true;\n", encoding="utf-8")
    yield _deploy("changed code", project, edge)
    yield _deploy("unchanged", project, edge)


def _deploy(kind: str, project: Path, edge: RunningEdge) -> Deploy:
    edge.forget()
    measured = cost(
        [AEROSTACK, "deploy", "--env", "staging", "--backend", "cfapi"], cwd=project, env=os.environ | edge.environ
    )
    requests = edge.requests()
    return Deploy(
        kind=kind,
        cost=measured,
        requests=len(requests),
        writes=sum(request["method"] != "GET" for request in requests),
        rounds=serial_rounds(requests),
    )
