"""What is wrong with a text that is not TOML. Loaded for a file that has such an error."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from aerostack.errors import ConfigError, Location
from aerostack.project.keypath import dotted
from aerostack.project.outline import outline

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_ENV_HEADER = re.compile(r"[ \t]*\[\[?[ \t]*env[ \t]*\.[ \t]*([^.\]]+)")
_BARE_VALUE = re.compile(r"(?P<key>[^=#]+?)[ \t]*=[ \t]*(?P<value>[A-Za-z/.@<$*][^#\"'\[\]{}=]*?)[ \t]*(?:#.*)?")
_COLON = re.compile(r"[ \t]*(?P<key>[\w.-]+)[ \t]*:.*")


def explain(error: Exception, text: str, path: Path) -> ConfigError:
    """The ``ConfigError`` for what ``tomllib`` raised."""
    if isinstance(error, RecursionError):
        return ConfigError(f"{path.name} is nested too deeply", hint="no key needs that", where=Location(path))
    # Python refuses to convert numbers of thousands of digits, and says so in words meant for programmers.
    message = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number is too long"
    place = _PLACE.search(message)
    what = message[: place.start()] if place else message
    lines = text.replace("\r\n", "\n").split("\n")
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    else:
        line, column = len(lines), len(lines[-1]) + 1
    seen = outline(text)
    clash = _env_clash(text)
    if clash:
        line, name, listed = clash
        return ConfigError(
            f"`env` is a list of secrets (line {listed}), so `[env.{name}]` cannot be a table as well",
            key=f"env.{name}",
            hint=f"write [environments.{name}] here: it means the same",
            where=Location(path, line, 1),
        )
    if seen.repeated and what.startswith(("Cannot overwrite", "Cannot declare", "Duplicate", "Cannot mutate")):
        repeated, offset = seen.repeated
        first = seen.line_column(seen.nodes[repeated].key)[0]
        return ConfigError(
            f"`{dotted(repeated)}` is defined twice",
            key=dotted(repeated),
            hint=f"it is defined on line {first} already: delete one of the two",
            where=Location(path, *seen.line_column(offset)),
        )
    source = lines[line - 1] if line <= len(lines) else ""
    what = what[:1].lower() + what[1:]
    return ConfigError(f"not valid TOML: {what}", hint=_advice(source), where=Location(path, line, column))


def _env_clash(text: str) -> tuple[int, str, int] | None:
    """``env = […]`` and ``[env.X]`` in one file: the line of the header, X, and the line of the list."""
    seen = outline(text)
    listed = seen.nodes.get(("env",))
    if listed is None or listed.kind != "array":
        return None
    for section in seen.sections:
        if section.path[:1] == ("env",) and len(section.path) > 1:
            match = _ENV_HEADER.match(text, section.start)
            name = match[1].strip() if match else str(section.path[1])
            return seen.line_column(section.start)[0], name, seen.line_column(listed.key)[0]
    return None


def _advice(source: str) -> str:
    """What to do about a line that does not parse."""
    # The value is not repeated: what people forget to quote may be a secret.
    bare = _BARE_VALUE.fullmatch(source.strip())
    if bare and bare["value"].lower() in ("true", "false"):
        return f"write it in lower case: {bare['key']} = {bare['value'].lower()}"
    if bare:
        return f'text stands in quotes: {bare["key"]} = "…"'
    colon = _COLON.fullmatch(source)
    if colon:
        return f"write = instead of the colon: {colon['key']} = …"
    if source.count('"') % 2 or source.count("'") % 2:
        return "a quotation mark is missing on this line"
    if not source.strip():
        return "a bracket or a quotation mark further up is never closed"
    return "check this line, and the end of the one before it"
