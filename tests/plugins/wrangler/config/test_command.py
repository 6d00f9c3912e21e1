"""``aerostack wrangler-config``, and the optional hook behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLUGIN = """
from dataclasses import dataclass

from aerostack.hookspecs import hookimpl
from aerostack.model import BackendSpec
from aerostack_wrangler.config import generate

@dataclass(frozen=True)
class Settings:
    pass

@hookimpl
def aerostack_backend():
    return BackendSpec(summary="s", settings=Settings)

@hookimpl
def aerostack_resolve(): ...
@hookimpl
def aerostack_provision(): ...
@hookimpl
def aerostack_deploy(): ...
@hookimpl
def aerostack_config(project, ids, folder):
    return generate(project, ids, folder)
"""


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A backend of somebody else that writes configuration for wrangler: the environment in which it is found."""
    site = tmp_path_factory.mktemp("site")
    (site / "third_config.py").write_text(PLUGIN)
    information = site / "aerostack_third-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: aerostack-third\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[aerostack.backends]\nthird = third_config\n")
    return {"PYTHONPATH": str(site)}


def test_what_a_deploy_would_generate_is_printed(
    aerostack: Callable[..., Any], demo: Path, installed: dict[str, str]
) -> None:
    run = aerostack("wrangler-config", demo, "--env", "staging", "--backend", "third", env=installed)
    assert run.status == 0, run.stderr
    assert run.document == {
        "name": "demo-api-staging",
        "main": "../../src/index.ts",
        "compatibility_date": "2026-06-01",
        "vars": {"GREETING": "Hello from staging"},
        "d1_databases": [
            {
                "binding": "DB",
                "database_name": "api-db",
                "database_id": "YOUR_STAGING_D1_ID",
                "migrations_dir": "../../migrations",
            }
        ],
        "kv_namespaces": [{"binding": "CACHE"}],
    }
    assert run.stderr.splitlines() == [
        "warning: aerostack.toml:29:15: DB has no id yet: a deploy fills it in",
        "warning: aerostack.toml:31:1: CACHE has no id yet: a deploy fills it in",
    ]
    assert not (demo / ".aerostack").exists()


def test_paths_start_from_the_folder_that_is_asked_for(
    aerostack: Callable[..., Any], demo: Path, installed: dict[str, str]
) -> None:
    run = aerostack("wrangler-config", "--backend", "third", "--folder", ".", cwd=demo, env=installed)
    assert run.document["main"] == "src/index.ts"


def test_a_backend_without_the_hook_says_so(aerostack: Callable[..., Any], demo: Path) -> None:
    run = aerostack("wrangler-config", demo, "--backend", "cfapi")
    assert run.status == 1
    assert run.stderr == (
        "error: the backend `cfapi` writes no configuration for another program\n\n"
        "hint: ask one that does: --backend wrangler\n"
    )
