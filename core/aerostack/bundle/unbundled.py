"""Modules taken from disk as they are: ``no_bundle`` and ``find_additional_modules``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aerostack.bundle import rules
from aerostack.errors import BundleError, ConfigError, Location
from aerostack.model import Module, Project

_SCRIPTS = (".js", ".mjs")


def modules(project: Project, main: Path) -> tuple[Module, ...]:
    """The entry point without a change, and the modules that the rules find beside it."""
    if main.suffix not in _SCRIPTS:
        raise BundleError(
            f"{main.name} is no JavaScript module, and with no_bundle = true nothing makes one of it",
            hint="remove no_bundle, or name a .js or .mjs file as `main`",
            where=project.where.get("main"),
        )
    entry = Module(name=_name(project, main), content=main.read_bytes(), type="esm")
    if project.config.get("find_additional_modules", True):
        return (entry, *additional(project, main))
    return (entry,)


def additional(project: Project, main: Path) -> tuple[Module, ...]:
    """Every file below ``base_dir`` (the entry point's folder by default) that a rule matches, by name."""
    found: dict[str, Module] = {}
    base = _base(project, main)
    for rule in rules.of(project):
        for path in _matching(project, base, rule):
            name = path.relative_to(base).as_posix()
            if path not in (main, project.file) and name not in found:
                _refuse_leaving(project, path)
                found[name] = Module(name=name, content=path.read_bytes(), type=rule.type)
    return tuple(found[name] for name in sorted(found))


def _matching(project: Project, base: Path, rule: rules.Rule) -> Iterator[Path]:
    try:
        paths = list(base.glob(rule.glob))
    except (NotImplementedError, ValueError) as error:
        raise ConfigError(
            f'"{rule.glob}" is no pattern for files below the entry point',
            key=rule.key,
            hint='write it relative, such as "**/*.js"',
            where=project.where.get(rule.key),
        ) from error
    for path in paths:
        parts = path.relative_to(base).parts
        # Hidden folders hold caches and credentials; what is used of node_modules belongs into a bundle.
        if path.is_file() and not any(part.startswith(".") or part == "node_modules" for part in parts):
            yield path


def _refuse_leaving(project: Project, path: Path) -> None:
    if not path.resolve().is_relative_to(project.root.resolve()):
        raise BundleError(
            f"{path.relative_to(project.root).as_posix()} leads to a file outside the project",
            hint="replace the symlink by the file itself, or narrow the `rules`",
            where=Location(path),
        )


def _base(project: Project, main: Path) -> Path:
    chosen = project.config.get("base_dir")
    base = project.root / chosen if isinstance(chosen, str) and chosen else main.parent
    if not base.is_dir() or not main.is_relative_to(base):
        raise ConfigError(
            f"base_dir {chosen} is no folder that holds the entry point",
            key="base_dir",
            hint=f"name a folder above {main.relative_to(project.root).as_posix()}, or remove base_dir",
            where=project.where.get("base_dir"),
        )
    return base


def _name(project: Project, main: Path) -> str:
    return main.relative_to(_base(project, main)).as_posix()
