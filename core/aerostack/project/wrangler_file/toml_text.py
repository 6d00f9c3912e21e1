"""Data as a TOML text that people would write: values first, then ``[tables]`` and ``[[lists of tables]]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aerostack.project.keypath import toml_key, toml_string

_WIDE = 100


def dump(data: Mapping[str, Any]) -> str:
    """``data`` in TOML. It holds strings, numbers, booleans, lists and mappings with string keys."""
    return "\n".join(_table(data, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    below = {key: value for key, value in table.items() if _is_section(value)}
    for key, value in table.items():
        if key not in below:
            yield from _pair(key, value)
    for key, value in below.items():
        inner = (*path, key)
        name = ".".join(map(toml_key, inner))
        if isinstance(value, Mapping):
            # A table that only holds other tables is named by them.
            if not value or not all(map(_is_section, value.values())):
                yield from ("", f"[{name}]")
            yield from _table(value, inner)
        else:
            for item in value:
                yield from ("", f"[[{name}]]")
                yield from _table(item, inner)


def _is_section(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _pair(key: str, value: Any) -> Iterator[str]:
    line = f"{toml_key(key)} = {_inline(value)}"
    if not isinstance(value, list) or len(line) <= _WIDE:
        yield line
        return
    yield f"{toml_key(key)} = ["
    for item in value:
        yield f"  {_inline(item)},"
    yield "]"


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{toml_key(key)} = {_inline(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_inline, value))}]"
    return repr(value)
