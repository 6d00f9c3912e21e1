"""Data as a TOML text that people would write: values first, then ``[tables]`` and ``[[lists of tables]]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def dump(data: Mapping[str, Any]) -> str:
    """``data`` in TOML. It holds strings, numbers, booleans, lists and mappings with string keys."""
    import tomlkit

    return tomlkit.dumps(_ordered(data))


def _ordered(value: Any) -> Any:
    # Written in the order given, a value behind a table would become part of that table.
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: _is_section(value[key]))}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _is_section(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
