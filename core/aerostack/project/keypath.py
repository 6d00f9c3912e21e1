"""Key paths: ``("env", "staging", "d1_databases", 0)``, shown as ``env.staging.d1_databases[0]``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

KeyPath: TypeAlias = "tuple[str | int, ...]"

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dotted(path: KeyPath) -> str:
    """The path for people; also valid TOML as long as it holds no index."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + toml_key(part)
    return text


def toml_key(name: str) -> str:
    """``name`` as a TOML key, quoted if it has to be."""
    return name if _BARE.fullmatch(name) else toml_string(name)


def toml_string(text: str) -> str:
    """``text`` as a TOML basic string; whatever could steer a terminal is escaped."""
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def shown(text: str) -> str:
    """``text`` from the file as it may stand in a message."""
    return text if text and text.isprintable() else toml_string(text)


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"


def value_at(data: Any, path: KeyPath) -> Any:
    """What stands at ``path``; ``None`` when nothing does (TOML has no null)."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def walk(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of everything inside ``value``, containers before what they hold."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index)
            yield from walk(item, (*path, index))
