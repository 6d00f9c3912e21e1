"""``aerostack.toml`` as it stands on disk: found, read strictly, and every key with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, Location
from aerostack.project.keypath import KeyPath, dotted, shown, toml_key, value_at
from aerostack.project.outline import Outline, outline
from aerostack.project.shapes import kind_of
from aerostack.project.text import read_text
from aerostack.suggest import closest
from aerostack.values import dataclass

FILE_NAME = "aerostack.toml"
_SPELLINGS = ("env", "environments")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployTable:
    """``[deploy]``. ``choice`` is the backend's name, the key path that says so and its place."""

    choice: tuple[str, str, Location] | None = None
    environment: str | None = None
    environment_where: Location | None = None


@dataclass(frozen=True)
class Document:
    """One parsed file. ``data`` is what ``tomllib`` makes of ``text``."""

    path: Path
    text: str
    data: dict[str, Any]

    @cached_property
    def outline(self) -> Outline:
        """The positions of everything."""
        return outline(self.text)

    def locate(self, path: KeyPath, *, key: bool = False) -> Location:
        """The place of the value at ``path``, or with ``key`` of its name; of what surrounds it if it is not there."""
        node = self.outline.nearest(path)
        if node is None:
            return Location(self.path)
        return Location(self.path, *self.outline.line_column(node.key if key else node.start))

    @cached_property
    def environments(self) -> tuple[str, ...]:
        """The names of all environments, in the order of the file."""
        names = [name for spelling in _SPELLINGS for name in self._tables(spelling)]
        return tuple(sorted(dict.fromkeys(names), key=self._first_place))

    def environment_path(self, name: str) -> KeyPath:
        """Where the environment is defined. Raises ``ConfigError`` when it is not."""
        for spelling in _SPELLINGS:
            if name in self._tables(spelling):
                return (spelling, name)
        if not self.environments:
            hint = f"the file defines no environments: leave out --env, or add [{self.spelling}.{toml_key(name)}]"
        else:
            near = closest(name, self.environments)
            meant = f"did you mean `{near}`? " if near else ""
            hint = f"{meant}the file defines {', '.join(f'`{shown(known)}`' for known in self.environments)}"
        raise ConfigError(
            f"unknown environment `{shown(name)}`", hint=hint, where=Location(self.path), code="unknown_environment"
        )

    def including(self, name: str) -> Document:
        """The document with an environment of that name, an empty one if the file defines none.

        Raises ``ConfigError`` for a name that is probably a slip of one that is defined.
        """
        if name in self.environments:
            return self
        if closest(name, self.environments):
            self.environment_path(name)
        tables = {**self._tables(self.spelling), name: {}}
        return replace(self, data={**self.data, self.spelling: tables})

    @property
    def spelling(self) -> str:
        """``env``, or ``environments`` where ``env`` is the list of required secrets."""
        return "environments" if isinstance(self.data.get("env"), list) or "environments" in self.data else "env"

    def deploy(self, environment: str | None) -> DeployTable:
        """``[deploy]``, with what ``[env.NAME.deploy]`` says otherwise.

        Raises ``ConfigError`` for an unknown environment or a value of the wrong type.
        """
        default, default_where = self._text(("deploy", "environment"))
        choice = None
        for prefix in self._levels(environment):
            path = (*prefix, "deploy", "backend")
            name, where = self._text(path)
            if name is not None and where is not None:
                choice = (name, dotted(path), where)
        return DeployTable(choice=choice, environment=default, environment_where=default_where)

    def backend(self, name: str, environment: str | None) -> tuple[Mapping[str, Any], Mapping[str, Location]]:
        """``[backend.NAME]`` with ``[env.X.backend.NAME]`` over it, and the place of each of its keys.

        Raises ``ConfigError`` for an unknown environment, or when it is no table.
        """
        table: dict[str, Any] = {}
        where: dict[str, Location] = {}
        for prefix in self._levels(environment):
            path = (*prefix, "backend", name)
            own = self._typed(path[:-1], dict, f"write [{dotted(path)}] and the settings below it")
            own = own and self._typed(path, dict, f"write [{dotted(path)}] and the settings below it")
            for key, value in (own or {}).items():
                table[key] = value
                where[key] = self.locate((*path, key))
        return table, where

    def _levels(self, environment: str | None) -> tuple[KeyPath, ...]:
        return ((),) if environment is None else ((), self.environment_path(environment))

    def _tables(self, spelling: str) -> Mapping[str, Any]:
        tables = self.data.get(spelling)
        return tables if isinstance(tables, dict) else {}

    def _first_place(self, name: str) -> tuple[int, int]:
        spelling = next(spelling for spelling in _SPELLINGS if name in self._tables(spelling))
        places = [node.start for path, node in self.outline.nodes.items() if path[:2] == (spelling, name)]
        return (min(places, default=0), 0)

    def _text(self, path: KeyPath) -> tuple[str | None, Location | None]:
        if self._typed(path[:-1], dict, f"write [{dotted(path[:-1])}] and its keys below it") is None:
            return None, None
        text = self._typed(path, str, f'write {path[-1]} = "…"')
        return (None, None) if text is None else (text, self.locate(path))

    def _typed(self, path: KeyPath, kind: type, hint: str) -> Any:
        value = value_at(self.data, path)
        if value is None or isinstance(value, kind):
            return value
        wanted = "a string" if kind is str else "a table"
        raise ConfigError(
            f"`{dotted(path)}` must be {wanted}, not {kind_of(value)}",
            key=dotted(path),
            hint=hint,
            where=self.locate(path),
        )


def read(path: Path) -> Document:
    """Read and parse the file. Raises ``ConfigError`` with line and column for whatever is not strict TOML."""
    return parse(read_text(path), path)


def parse(text: str, path: Path) -> Document:
    """Parse the text of the file. Raises ``ConfigError`` with line and column for whatever is not strict TOML."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        from aerostack.project.syntax import explain

        raise explain(error, text, path) from error
    if not data:
        raise ConfigError(
            f"{path.name} is empty",
            hint='a Worker needs at least: name = "my-app" and main = "src/index.ts"',
            where=Location(path),
        )
    return Document(path=path, text=text, data=data)
