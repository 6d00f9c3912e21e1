"""The demo project under a name of its own, and the command line with the edge as its account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge


@pytest.fixture
def project(demo: Path, tmp_path: Path) -> Path:
    """In a folder that is hard to name. All tests share one account, so each needs names of its own."""
    mark = uuid.uuid4().hex[:8]
    place = demo.rename(tmp_path / f"mein Projekt (ö) {mark}")
    file = place / "aerostack.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"demo-api"', f'"demo-{mark}"').replace('"api-db"', f'"db-{mark}"'), encoding="utf-8")
    return place


@pytest.fixture
def run(aerostack: Callable[..., Any], edge: RunningEdge, project: Path) -> Callable[..., Any]:
    """Run a command in the project."""

    def command(*argv: object, env: dict[str, str] | None = None) -> Any:
        return aerostack(*argv, cwd=project, env=dict(edge.environ) | (env or {}))

    return command


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], tuple[str, str]]:
    """Put a shell script in wrangler's place, for what the real one does only when it is killed.

    Returns the flags that choose it.
    """

    def write(script: str) -> tuple[str, str]:
        program = tmp_path / "wrangler"
        version = '[ "$1" = --version ] && echo 4.164.0 && exit 0\n'
        program.write_text(f"#!/bin/sh\n{version}{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return "-o", f"program={program}"

    return write
