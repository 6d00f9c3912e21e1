"""The files with which a database's schema goes forward: which they are, and in what order.

Names, order and patterns are wrangler's, since both tools write down in the same table what was applied.
"""

from __future__ import annotations

import fnmatch
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, Location, UsageError
from aerostack.model import Project, Resource
from aerostack.suggest import closest
from aerostack.values import dataclass

_FOLDER, _TABLE = "migrations", "d1_migrations"

#: What other globbers understand and this one does not.
_STRANGE = re.compile(r"[{}()!]")

_NUMBER = re.compile(r"\s*([+-]?[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """Those of one database. ``table`` keeps what was applied; ``files`` are names below ``folder``, in their order."""

    database: Resource
    table: str
    folder: Path
    files: tuple[str, ...]

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / name

    def read(self, name: str) -> str:
        """Its SQL. Raises ``ConfigError``."""
        path = self.path(name)
        try:
            return path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConfigError(
                f"the migration {name} cannot be read: {reason}",
                hint="mend the file, or move it elsewhere",
                where=Location(path),
                code="migration",
            ) from error


def migrations(project: Project, wanted: str | None) -> Migrations:
    """Those of the D1 database with that binding or name; without one, of the only database that there is.

    Raises ``ConfigError`` and ``UsageError``. Reads the names of the files below ``migrations_dir``, nothing else.
    """
    database, entry, at = _database(project, wanted)
    folder = _normal(str(entry.get("migrations_dir") or _FOLDER))
    pattern = _pattern(project, entry, at, folder)
    root = project.root / folder
    if not root.is_dir():
        raise ConfigError(
            f"there is no folder {folder} with the migrations of {database.binding}",
            key="migrations_dir",
            hint=f'write them to {folder}/0001_begin.sql, or say where they are: migrations_dir = "…"',
            where=project.where.get(f"{at}.migrations_dir") or database.where,
            code="migration",
        )
    return Migrations(
        database=database,
        table=str(entry.get("migrations_table") or _TABLE),
        folder=root,
        files=tuple(sorted(_matches(root, pattern.split("/")), key=order)),
    )


def order(name: str) -> tuple[tuple[int, int, str], ...]:
    """The place of a file: by the number that each part of its path begins with, then by name."""
    return tuple(_rank(part) for part in name.split("/"))


def _rank(part: str) -> tuple[int, int, str]:
    found = _NUMBER.match(part.split("_")[0])
    return (0, int(found[1]), part) if found else (1, 0, part)


def _database(project: Project, wanted: str | None) -> tuple[Resource, Mapping[str, Any], str]:
    entries: Any = project.config.get("d1_databases") or ()
    databases = {resource.binding: resource for resource in project.resources if resource.kind == "d1"}
    if not databases:
        raise ConfigError(
            "the project has no D1 database, so there is nothing to migrate",
            hint='bind one: [[d1_databases]] with binding = "DB"',
            where=Location(project.file),
        )
    names = ", ".join(databases)
    if wanted is None and len(databases) > 1:
        raise UsageError(f"the project has several D1 databases: {names}", hint=f"name one: {next(iter(databases))}")
    for index, entry in enumerate(entries):
        database = databases[entry["binding"]]
        if wanted is None or wanted in (database.binding, database.name):
            return database, entry, f"d1_databases[{index}]"
    near = closest(str(wanted), tuple(databases))
    raise UsageError(
        f"no D1 database of the project is bound as {wanted}",
        hint=f"did you mean {near}?" if near else f"the project has {names}",
    )


def _pattern(project: Project, entry: Mapping[str, Any], at: str, folder: str) -> str:
    """The pattern below ``folder``."""
    written = entry.get("migrations_pattern")
    if written is None:
        return "*.sql"
    where = project.where.get(f"{at}.migrations_pattern")
    pattern = _normal(str(written))
    inside = pattern if folder == "." else pattern.removeprefix(f"{folder}/")
    if entry.get("migrations_dir") is None or (folder != "." and inside == pattern):
        raise ConfigError(
            f"`migrations_pattern` must begin with migrations_dir, and that is {folder}/",
            key="migrations_pattern",
            hint=f'for example: migrations_dir = "{folder}" and migrations_pattern = "{folder}/*.sql"',
            where=where,
        )
    if _STRANGE.search(inside):
        raise ConfigError(
            f"aerostack does not understand `{written}` as a pattern",
            key="migrations_pattern",
            hint="use *, **, ? and [abc] only",
            where=where,
        )
    return inside


def _normal(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/"))


def _matches(folder: Path, pattern: list[str], above: str = "") -> Iterator[str]:
    """Names of the regular files that fit. A link is none: what lies elsewhere is not the project's to apply."""
    part, rest = pattern[0], pattern[1:]
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if part == "**":
        yield from _matches(folder, rest or ["*"], above)
    for entry in entries:
        name = f"{above}{entry.name}"
        is_folder = entry.is_dir(follow_symlinks=False)
        if part == "**":
            if is_folder and not entry.name.startswith("."):
                yield from _matches(Path(entry.path), pattern, f"{name}/")
        elif _fits(entry.name, part):
            if rest and is_folder:
                yield from _matches(Path(entry.path), rest, f"{name}/")
            elif not rest and entry.is_file(follow_symlinks=False):
                yield name


def _fits(name: str, part: str) -> bool:
    return fnmatch.fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
