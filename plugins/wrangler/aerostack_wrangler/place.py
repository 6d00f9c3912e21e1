"""Where the files that wrangler reads and writes lie: never where the user's own are."""

from __future__ import annotations

from pathlib import Path

from aerostack.model import Project
from aerostack.state import STATE, file_name


def folder(project: Project) -> Path:
    """The folder of the generated configuration."""
    return project.root / STATE / "wrangler"


def config_file(project: Project) -> Path:
    """The configuration of the project's environment; the base environment is ``_base``."""
    return folder(project) / f"{file_name(project.environment or '_base')}.json"


def output_file(project: Project) -> Path:
    """What wrangler reports into."""
    return config_file(project).with_suffix(".output.ndjson")


def assets_folder(project: Project) -> Path:
    """The static files that wrangler publishes.

    In the one folder where wrangler looks for no modules, when it goes through all of a project: its own.
    """
    return folder(project) / ".wrangler" / config_file(project).with_suffix(".assets").name
