"""``python_modules``: the packages of a Worker in Python, which wrangler looks for beside its configuration."""

from __future__ import annotations

import os
from pathlib import Path

from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack.state import refuse_links

_PACKAGES = "python_modules"


def link_packages(project: Project, folder: Path) -> None:
    """Let ``folder``, which has the configuration, lead to the project's packages. Raises ``ConfigError``."""
    packages = project.root / _PACKAGES
    if project.main is None or project.main.suffix != ".py" or not packages.is_dir():
        return
    refuse_links(folder)
    link, target = folder / _PACKAGES, os.path.relpath(packages, folder)
    try:
        if link.is_symlink():
            if str(link.readlink()) == target:
                return
            link.unlink()
        link.symlink_to(target, target_is_directory=True)
    except OSError as error:
        raise ConfigError(
            f"{link} cannot be made: {error.strerror or error}",
            hint=f"make the folder .aerostack writable, and delete {link} if it is there",
        ) from error
