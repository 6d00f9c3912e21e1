"""Paths in a configuration that moves from the project's folder to another one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from aerostack.values import dataclass

#: wrangler looks here for a database's migrations when the entry does not say where.
_MIGRATIONS = "migrations"
#: And watches this while developing, when code is built by a command.
_WATCHED = "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """From ``root`` to ``folder``: what was relative to the one is written relative to the other."""

    root: Path
    folder: Path

    def path(self, text: str) -> str:
        """``text`` as it reads in ``folder``. Absolute paths stay."""
        if PurePosixPath(text).is_absolute():
            return text
        return Path(os.path.relpath(self.root / text, self.folder)).as_posix()

    def module(self, text: str) -> str:
        """An import specifier: only a relative one is a path, and it has to stay recognisable as one."""
        if not text.startswith(("./", "../")):
            return text
        path = self.path(text)
        return path if path.startswith(("../", "/")) else f"./{path}"

    def image(self, text: str) -> str:
        """A container's image: a Dockerfile, or else a name in a registry."""
        return self.path(text) if (self.root / text).exists() else text

    def schema(self, text: str) -> str:
        """The address of a JSON Schema: a path or a URL."""
        return text if "://" in text else self.path(text)


def move(config: dict[str, Any], moved: Moved) -> None:
    """Rewrite every path in ``config`` that wrangler takes from its configuration's folder."""
    _each(config, ("main", "base_dir", "tsconfig", "pages_build_output_dir"), moved.path)
    _each(config, ("$schema",), moved.schema)
    for key in ("wasm_modules", "text_blobs", "data_blobs"):
        _each(_table(config, key), None, moved.path)
    _each(_table(config, "alias"), None, moved.module)
    _each(_table(config, "site"), ("bucket",), moved.path)
    _each(_table(config, "assets"), ("directory",), moved.path)
    _build(_table(config, "build"), moved)
    for database in _entries(config, "d1_databases"):
        database.setdefault("migrations_dir", _MIGRATIONS)
    for settings in (config, _table(config, "previews")):
        for database in _entries(settings, "d1_databases"):
            _each(database, ("migrations_dir", "migrations_pattern"), moved.path)
    for container in _entries(config, "containers"):
        _container(container, moved)


def _build(build: dict[str, Any], moved: Moved) -> None:
    if not build.get("command"):
        return
    watched = build.get("watch_dir", _WATCHED)
    build["watch_dir"] = [moved.path(item) for item in watched] if isinstance(watched, list) else moved.path(watched)


def _container(container: dict[str, Any], moved: Moved) -> None:
    _each(container, ("image",), moved.image)
    _each(container, ("image_build_context",), moved.path)
    _each(_table(container, "configuration"), ("image",), moved.image)
    for image in _table(container, "images").values():
        if isinstance(image, dict):
            _each(image, ("dockerfile", "build_context"), moved.path)


def _each(table: dict[str, Any], keys: Iterable[str] | None, change: Callable[[str], str]) -> None:
    for key in list(table) if keys is None else keys:
        if isinstance(table.get(key), str):
            table[key] = change(table[key])


def _table(config: dict[str, Any], key: str) -> dict[str, Any]:
    table = config.get(key)
    return table if isinstance(table, dict) else {}


def _entries(config: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = config.get(key)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
