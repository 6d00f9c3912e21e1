"""Required secrets: their names, never their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.keypath import KeyPath, dotted, toml_string, value_at
from aerostack.project.rules import IDENTIFIER


def required_secrets(document: Document, environment: str | None) -> dict[str, KeyPath]:
    """The names of all secrets that the Worker needs, each with its place: ``env = […]``, ``[secrets]``."""
    found: dict[str, KeyPath] = {}
    levels: list[KeyPath] = [()]
    if environment is not None:
        own = document.environment_path(environment)
        levels = [own] if value_at(document.data, (*own, "inherit")) is False else [(), own]
    for level in levels:
        listed = value_at(document.data, (*level, "env"))
        for index, name in enumerate(listed if isinstance(listed, list) else []):
            found.setdefault(name, (*level, "env", index))
        for name, described in (value_at(document.data, (*level, "secrets")) or {}).items():
            at = (*level, "secrets", name)
            if isinstance(described, list):
                for index, item in enumerate(described):
                    found.setdefault(item, (*at, index))
            else:
                found.setdefault(name, at)
    return found


def secret_errors(document: Document, secrets: Mapping[str, KeyPath]) -> Iterator[ConfigError]:
    """Names of secrets that code cannot use."""
    for name, at in secrets.items():
        if not IDENTIFIER.fullmatch(name):
            yield ConfigError(
                f"`{dotted(at)}`: {toml_string(name)} is no name that code can use",
                key=dotted(at),
                hint="name a secret with letters, digits and underscores, as in API_TOKEN; its value stands elsewhere",
                where=document.locate(at),
            )
