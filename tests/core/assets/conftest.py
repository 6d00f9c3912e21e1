"""Projects with a folder of static files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aerostack import assets
from aerostack.errors import AerostackError, Location
from aerostack.model import Assets, Project


@dataclass(frozen=True)
class Site:
    """A project with the folder ``public``. ``put`` writes files into it."""

    root: Path

    @property
    def public(self) -> Path:
        return self.root / "public"

    def put(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.public / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def project(self, *, main: str | None = None, build: str | None = None, **settings: Any) -> Project:
        file = self.root / "aerostack.toml"
        table = {"directory": "public", **settings}
        return Project(
            name="site",
            root=self.root,
            file=file,
            environment=None,
            main=self.root / main if main else None,
            config={"assets": table} | ({"build": {"command": build}} if build else {}),
            where={"assets": Location(file, 4, 1)}
            | {f"assets.{key}": Location(file, line, 1) for line, key in enumerate(table, start=5)},
        )

    def collect(self, **settings: Any) -> Assets:
        found = assets.collect(self.project(**settings))
        assert found is not None
        return found

    def paths(self) -> list[str]:
        return [asset.path for asset in self.collect().files]

    def refused(self, **settings: Any) -> AerostackError:
        with pytest.raises(AerostackError) as raised:
            self.collect(**settings)
        return raised.value


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "project" / "public").mkdir(parents=True)
    return Site(tmp_path / "project")
