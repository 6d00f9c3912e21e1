"""Key paths: ``("env", "staging", "d1_databases", 0)``, shown as ``env.staging.d1_databases[0]``."""

from __future__ import annotations

import json
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
    """``text`` as a TOML basic string."""
    # JSON's escapes are all TOML's too; TOML alone wants DEL escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value_at(data: Any, path: KeyPath) -> Any:
    """What stands at ``path``; ``None`` when nothing does (TOML has no null)."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
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
