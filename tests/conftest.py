"""What every test may use: a clean environment, the command line, and a real edge with the real tools."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from aerostack.testing import RunningEdge, running_edge

AEROSTACK = Path(sys.executable).with_name("aerostack")
ROOT = Path(__file__).parent.parent

# A slow machine is no failure. Long runs are chosen by `HYPOTHESIS_PROFILE=nightly`, as `make fuzz` does.
settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has set nothing; the tools that are installed already stay reachable."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AEROSTACK_", "CLOUDFLARE_", "CF_", "WRANGLER_", "XDG_"))
    }
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    toolchain = os.environ.get("AEROSTACK_TOOLCHAIN_DIR") or str(cache / "aerostack" / "toolchain")
    return environment | {"HOME": str(home), "AEROSTACK_TOOLCHAIN_DIR": toolchain, "NO_COLOR": "1"}


@dataclass(frozen=True)
class Run:
    """A finished command."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """stdout as the one JSON document it must be."""
        parsed = json.loads(self.stdout)
        assert isinstance(parsed, dict)
        return parsed


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEdge]:
    """One real edge for the session."""
    home = tmp_path_factory.mktemp("home")
    with running_edge(tmp_path_factory.mktemp("edge"), clean_environment(home)) as running:
        yield running


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A clean environment with a home of its own."""
    return clean_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture
def aerostack(environment: dict[str, str]) -> Callable[..., Run]:
    """Run the real command line in a process of its own."""

    def run(*argv: object, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = "") -> Run:
        finished = subprocess.run(
            [AEROSTACK, *map(str, argv)],
            cwd=cwd,
            env=environment | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in finished.stderr or "--debug" in argv, finished.stderr
        return Run(finished.returncode, finished.stdout, finished.stderr)

    return run


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo project."""
    target = tmp_path / "demo-api"
    shutil.copytree(ROOT / "examples" / "demo-api", target, ignore=shutil.ignore_patterns(".aerostack"))
    return target


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of the fault suite. Here, as under xdist the process that prints loads no deeper conftest."""
    from tests.faults.report import PROPERTY, table

    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    rows = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if rows:
        terminalreporter.section("what became of each fault")
        for line in table(rows):
            terminalreporter.write_line(line)
