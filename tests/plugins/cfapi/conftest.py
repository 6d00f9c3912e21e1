"""The demo project under a name of its own, and the command line with the edge as its account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge


@pytest.fixture
def project(demo: Path) -> Path:
    """All tests share one account, so each needs names of its own."""
    mark = uuid.uuid4().hex[:8]
    file = demo / "aerostack.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"demo-api"', f'"demo-{mark}"').replace('"api-db"', f'"db-{mark}"'), encoding="utf-8")
    return demo


@pytest.fixture
def run(aerostack: Callable[..., Any], edge: RunningEdge, project: Path) -> Callable[..., Any]:
    """Run a command in the project."""

    def command(*argv: object, env: dict[str, str] | None = None) -> Any:
        return aerostack(*argv, cwd=project, env=dict(edge.environ) | (env or {}))

    return command
