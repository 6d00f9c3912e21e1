"""Projects in a folder, built with the real esbuild."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from aerostack.bundle import build
from aerostack.errors import Location
from aerostack.model import Action, Bundle, Module, Project
from aerostack.tools import RunTools


@dataclass
class Reports:
    """What the user is told."""

    steps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def step(self, message: str) -> None:
        self.steps.append(message)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def done(self, action: Action) -> None:
        raise AssertionError(action)


@dataclass
class Folder:
    """A project's folder. ``put`` writes files, ``build`` builds."""

    root: Path
    reports: Reports = field(default_factory=Reports)

    def put(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def project(self, config: Mapping[str, Any] | None = None, *, main: str | None = "src/index.ts") -> Project:
        file = self.root / "aerostack.toml"
        config = {"compatibility_date": "2026-06-01"} | dict(config or {})
        return Project(
            name="api",
            root=self.root,
            file=file,
            environment=None,
            main=self.root / main if main else None,
            config=config,
            where={key: Location(file, line, 1) for line, key in enumerate(("main", *config), start=1)}
            | {"build.command": Location(file, 90, 1), "build.cwd": Location(file, 91, 1)}
            | {"rules[0].globs": Location(file, 92, 1), "rules[0].type": Location(file, 93, 1)},
        )

    def build(
        self,
        config: Mapping[str, Any] | None = None,
        *,
        main: str | None = "src/index.ts",
        environ: Mapping[str, str] | None = None,
    ) -> Bundle:
        tools = RunTools(environ=environ or os.environ, reporter=self.reports)
        return build(self.project(config, main=main), run=tools.run, step=tools.step, warn=tools.warn)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def another_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Folder]:
    return lambda: Folder(tmp_path_factory.mktemp("elsewhere") / "with" / "a longer path")


def named(bundle: Bundle) -> dict[str, Module]:
    return {module.name: module for module in bundle.modules}
