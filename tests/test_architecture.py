"""What must hold of the code as a whole: what start-up imports, and the hook API that third parties stand on."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack import hookspecs
from aerostack.testing import RunningEdge

HEAVY = (
    "httpx",
    "h11",
    "httpcore",
    "tomlkit",
    "rich",
    "pluggy",
    "pydantic",
    "asyncio",
    "importlib.metadata",
    "logging",
    "ssl",
    "aiohttp",
)


def imported_by(code: str) -> set[str]:
    listed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(listed.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_start_up_imports_nothing_heavy(argument: str) -> None:
    loaded = imported_by(f"from aerostack.cli.main import main\nmain(['{argument}'])")
    assert loaded.isdisjoint(HEAVY)
    # Nor anything of ours that a command's body is there to import.
    assert {name for name in loaded if name.startswith("aerostack.")} <= {
        "aerostack.errors",
        "aerostack.redact",
        "aerostack.values",
        "aerostack.cli",
    } | {name for name in loaded if name.startswith("aerostack.cli.")}


def test_every_command_explains_itself_without_heavy_imports() -> None:
    commands = [
        ["deploy"],
        ["plan"],
        ["rollback"],
        ["backends"],
        ["config", "check"],
        ["edge", "serve"],
        ["toolchain", "install"],
    ]
    for command in commands:
        loaded = imported_by(f"from aerostack.cli.main import main\nmain({[*command, '--help']!r})")
        assert loaded.isdisjoint(HEAVY), command


def test_only_the_chosen_backend_is_imported() -> None:
    loaded = imported_by("from aerostack.backends import find_all\nfind_all()")
    assert not any(name.startswith("aerostack_") for name in loaded)


def test_a_backends_module_is_light() -> None:
    """Its clients are imported in the hook bodies."""
    for plugin in ("aerostack_cfapi.plugin", "aerostack_hosted.plugin"):
        assert imported_by(f"import {plugin}").isdisjoint({"httpx", "h11", "rich", "asyncio"})


def test_a_deploy_imports_no_second_http_library(edge: RunningEdge, aerostack: Callable[..., Any], demo: Path) -> None:
    listing = {"PYTHONPROFILEIMPORTTIME": "1"}
    deploy = aerostack("deploy", "--env", "staging", "--backend", "cfapi", cwd=demo, env=edge.environ | listing)
    assert deploy.status == 0, deploy.stderr
    loaded = {line.rpartition("|")[2].strip() for line in deploy.stderr.splitlines() if line.startswith("import time:")}
    assert "h11" in loaded
    assert loaded.isdisjoint(
        {"httpx", "httpcore", "aiohttp", "http.client", "ssl", "logging", "urllib3", "urllib.request", "asyncio"}
    )


def test_the_hooks_and_their_arguments_only_ever_grow() -> None:
    """A change here is a change of the plugin API: see docs/write-a-backend.md."""
    hooks = {
        name: tuple(inspect.signature(hook).parameters)
        for name, hook in vars(hookspecs).items()
        if name.startswith("aerostack_") and callable(hook)
    }
    assert hooks == {
        "aerostack_backend": (),
        "aerostack_resolve": ("project", "settings", "policy", "journals", "tools"),
        "aerostack_provision": ("project", "resolution", "settings", "policy", "journal", "tools"),
        "aerostack_deploy": ("project", "resolution", "provisioned", "settings", "journal", "tools"),
        "aerostack_config": ("project", "ids", "folder"),
        "aerostack_migrations": ("project", "database", "table", "settings", "journals", "tools"),
        "aerostack_apply_migration": ("project", "database", "table", "migration", "settings", "journals", "tools"),
        "aerostack_resources": ("project", "settings", "journals", "tools"),
        "aerostack_delete_resource": ("project", "resource", "settings", "journals", "tools"),
        "aerostack_rollback": ("project", "version", "settings", "journals", "tools"),
        "aerostack_secrets": ("project", "settings", "journals", "tools"),
        "aerostack_change_secrets": ("project", "changes", "settings", "journals", "tools"),
        "aerostack_diagnose": ("error", "project", "bundle"),
    }
