"""The folder that ``assets.directory`` names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from aerostack.assets.settings import error, table
from aerostack.model import Project


def folder(project: Project) -> Path:
    """The folder itself, without symbolic links in its path. Raises ``ConfigError`` when there is none.

    It may be outside of the project, as in a repository of several packages; but only where the file says so, not
    through a link.
    """
    assets = table(project) or {}
    name = str(assets.get("directory"))
    written = Path(os.path.normpath(project.root / name))
    if not written.is_dir():
        built = isinstance(build := project.config.get("build"), Mapping) and build.get("command")
        raise error(
            project,
            "directory",
            f"the assets folder {name} {'is a file' if written.exists() else 'does not exist'}"
            + (f" after the build command `{built}`" if built else ""),
            "correct `directory`, or let the build command make that folder"
            if built
            else "create it, correct `directory`, or set [build] command if a tool generates the files",
        )
    real = written.resolve()
    if written.is_relative_to(project.root) and not real.is_relative_to(project.root.resolve()):
        raise error(
            project,
            "directory",
            f"the assets folder {name} is reached through a symbolic link that leaves the project",
            f'name the folder itself: directory = "{os.path.relpath(real, project.root)}"',
        )
    return real
