"""A small project under a name of its own, and the command line with the edge as its account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

WORKER = 'export default { fetch() { return new Response("hello"); } };\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one namespace and one database to be made. All tests share one account, so names are its own."""
    mark = uuid.uuid4().hex[:8]
    folder = tmp_path / "hello"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "index.js").write_text(WORKER)
    (folder / "aerostack.toml").write_text(
        f'name = "hello-{mark}"\nmain = "src/index.js"\ncompatibility_date = "2026-01-01"\n\n'
        '[deploy]\nbackend = "cfapi"\n\n[[kv_namespaces]]\nbinding = "CACHE"\n\n'
        f'[[d1_databases]]\nbinding = "DB"\ndatabase_name = "db-{mark}"\n'
    )
    return folder


@pytest.fixture
def run(aerostack: Callable[..., Any], edge: RunningEdge, project: Path) -> Callable[..., Any]:
    """Run a command in the project."""

    def command(*argv: object, env: dict[str, str] | None = None) -> Any:
        return aerostack(*argv, cwd=project, env=dict(edge.environ) | (env or {}))

    return command
