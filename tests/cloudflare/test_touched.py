"""Whether the code has changed since the last deploy, told by the times of its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aerostack.model import Project
from aerostack_cloudflare.project.touched import touched

DEPLOYED = 1_700_000_000.0


def aged(path: Path, seconds: float) -> None:
    """Let the file be that much younger than the last deploy; older when negative."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (DEPLOYED + seconds, DEPLOYED + seconds))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in ("aerostack.toml", "src/index.ts", "src/deep/er.ts"):
        aged(tmp_path / name, -5)
    file = tmp_path / "aerostack.toml"
    return Project(name="w", root=tmp_path, file=file, environment=None, main=tmp_path / "src/index.ts", config={})


def test_older_files_are_untouched(project: Project) -> None:
    assert not touched(project, DEPLOYED)


@pytest.mark.parametrize("name", ["aerostack.toml", "src/index.ts", "src/deep/er.ts", "src/new.ts"])
def test_a_newer_file_is_seen(project: Project, name: str) -> None:
    aged(project.root / name, 5)
    assert touched(project, DEPLOYED)


@pytest.mark.parametrize("name", ["README.md", "src/.cache/x", "src/node_modules/x/index.js"])
def test_what_is_not_code_of_the_project_says_nothing(project: Project, name: str) -> None:
    aged(project.root / name, 5)
    assert not touched(project, DEPLOYED)


def test_a_folder_that_is_too_large_is_not_looked_through(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aerostack_cloudflare.project.touched._MOST", 2)
    aged(project.root / "src/a/b/c/d.ts", 5)
    assert not touched(project, DEPLOYED)


def test_what_cannot_be_read_says_nothing(project: Project) -> None:
    (project.root / "src").rename(project.root / "elsewhere")
    assert not touched(project, DEPLOYED)


def test_a_link_in_a_circle_ends(project: Project) -> None:
    (project.root / "src/again").symlink_to(project.root / "src")
    assert not touched(project, DEPLOYED)
    (project.root / "src/nowhere").symlink_to(project.root / "nothing")
    assert not touched(project, DEPLOYED)
