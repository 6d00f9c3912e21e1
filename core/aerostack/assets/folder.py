"""``[assets]`` of a project: its folder and how its files are served, checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError
from aerostack.model import Json, Project

_MOST_RULES, _LONGEST_RULE = 100, 100


def table(project: Project) -> Mapping[str, Json] | None:
    """The table, if the project has one."""
    found = project.config.get("assets")
    return found if isinstance(found, Mapping) and found else None


def check(project: Project) -> None:
    """Raise ``ConfigError`` for settings that no deploy can honour."""
    assets = table(project)
    if assets is None:
        return
    if not assets.get("directory"):
        raise _error(
            project, "directory", "[assets] names no folder", 'name the one with the files: directory = "public"'
        )
    if project.main is None and assets.get("binding"):
        raise _error(
            project,
            "binding",
            "a Worker of static files only has no code that could use the binding",
            "remove `binding`, or name the code: main = …",
        )
    first = assets.get("run_worker_first")
    if project.main is None and first:
        raise _error(
            project,
            "run_worker_first",
            "a Worker of static files only has no code that could run first",
            "remove `run_worker_first`, or name the code: main = …",
        )
    if isinstance(first, Sequence) and not isinstance(first, str):
        _check_rules(project, [str(rule) for rule in first])


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
        raise _error(
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
        raise _error(
            project,
            "directory",
            f"the assets folder {name} is reached through a symbolic link that leaves the project",
            f'name the folder itself: directory = "{os.path.relpath(real, project.root)}"',
        )
    return real


def served(project: Project, files: Mapping[str, str]) -> dict[str, Any]:
    """How the files are served, in the form of Cloudflare's API; ``files`` are the texts of ``_headers`` and so on."""
    assets = table(project) or {}
    keys = ("html_handling", "not_found_handling", "base_path", "run_worker_first")
    return {key: assets[key] for key in keys if assets.get(key) is not None} | dict(files)


def _check_rules(project: Project, rules: list[str]) -> None:
    """As wrangler does, and Cloudflare after it."""
    problem = None
    if not rules:
        problem = "there is none"
    elif len(rules) > _MOST_RULES:
        problem = f"there are {len(rules)}, and at most {_MOST_RULES} are allowed"
    elif odd := next((rule for rule in rules if not rule.startswith(("/", "!/"))), None):
        problem = f"{odd!r} does not begin with / or !/"
    elif long := next((rule for rule in rules if len(rule) > _LONGEST_RULE), None):
        problem = f"{long[:40]!r}… has more than {_LONGEST_RULE} characters"
    elif all(rule.startswith("!") for rule in rules):
        problem = "all of them are exceptions"
    if problem:
        hint = 'write patterns of paths, such as run_worker_first = ["/api/*", "!/api/docs/*"], or true'
        raise _error(project, "run_worker_first", f"the rules of `run_worker_first` are wrong: {problem}", hint)


def _error(project: Project, key: str, message: str, hint: str) -> ConfigError:
    where = project.where.get(f"assets.{key}") or project.where.get("assets")
    return ConfigError(message, key=f"assets.{key}", hint=hint, where=where, code="assets")
