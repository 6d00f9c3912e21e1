"""A backend's settings: TOML table and ``-o key=value`` options → an instance of the backend's own dataclass.

Supported field types: ``str``, ``bool``, ``int``, ``float``, ``Literal[...]`` of strings, ``tuple[str, ...]``, and any
of them ``| None``. A field without a default is required. The class may raise ``ValueError`` in ``__post_init__``.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from aerostack.errors import ConfigError, Location, UsageError
from aerostack.suggest import closest

T = TypeVar("T")

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse_options(options: Iterable[str]) -> dict[str, str]:
    """Split ``key=value`` arguments. Raises ``UsageError`` for one without ``=``."""
    parsed: dict[str, str] = {}
    for option in options:
        key, separator, value = option.partition("=")
        if not separator or not key.strip():
            raise UsageError(f"`-o {option}` is not of the form key=value", hint="for example: -o concurrency=4")
        parsed[key.strip()] = value
    return parsed


def build(
    cls: type[T],
    *,
    backend: str,
    table: Mapping[str, Any],
    options: Mapping[str, str],
    where: Mapping[str, Location],
    flags: Mapping[str, str] | None = None,
) -> T:
    """Make the settings of ``backend``. ``where`` gives the place of each key of ``table``; options win over the table.

    ``flags`` names the flag that gave an option which nobody has written as ``-o``. Raises ``ConfigError`` naming the
    key, what was expected and what was found; ``UsageError`` for a flag that the backend has no setting for.
    """
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, cls))}
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in table.items():
        _known(key, fields, f"backend.{backend}.{key}", where.get(key))
        values[key] = _from_toml(value, hints[key], f"backend.{backend}.{key}", where.get(key))
    for key, text in options.items():
        if flags and key in flags and key not in fields:
            raise UsageError(
                f"the backend `{backend}` does not know {flags[key]}: it has no setting `{key}`",
                hint=f"leave {flags[key]} out, or choose a backend that has it",
            )
        _known(key, fields, f"-o {key}", None)
        values[key] = _from_text(text, hints[key], f"-o {key}")
    for name, field in fields.items():
        missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if missing and name not in values:
            raise ConfigError(
                f"the backend `{backend}` needs the setting `{name}`",
                key=f"backend.{backend}.{name}",
                hint=f"add it under [backend.{backend}], or pass -o {name}=…",
            )
    try:
        return cls(**values)
    except ValueError as error:
        raise ConfigError(
            f"settings of the backend `{backend}`: {error}",
            key=f"backend.{backend}",
            hint=f"correct it under [backend.{backend}], or in the flag -o",
        ) from error


def _known(key: str, fields: Mapping[str, Any], shown: str, where: Location | None) -> None:
    if key in fields:
        return
    near = closest(key, fields)
    known = ", ".join(f"`{name}`" for name in fields) or "none"
    hint = f"did you mean `{near}`?" if near else f"its settings: {known}"
    raise ConfigError(f"unknown setting `{shown}`", key=shown, hint=hint, where=where)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(part for part in typing.get_args(hint) if part is not type(None))
    return (hint,)


def _from_toml(value: Any, hint: Any, key: str, where: Location | None) -> Any:
    for kind in _alternatives(hint):
        origin = typing.get_origin(kind)
        if origin is typing.Literal and value in typing.get_args(kind):
            return value
        if origin is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if isinstance(kind, type) and origin is None and type(value) is kind:
            return value
    raise ConfigError(
        f"`{key}` must be {_describe(hint)}, not {_describe_value(value)}",
        key=key,
        hint=f"write {key.rpartition('.')[2]} = {_example(hint)}",
        where=where,
    )


def _from_text(text: str, hint: Any, key: str) -> Any:
    for kind in _alternatives(hint):
        if typing.get_origin(kind) is typing.Literal and text in typing.get_args(kind):
            return text
        if typing.get_origin(kind) is tuple:
            return tuple(part for part in text.split(",") if part)
        if kind is bool and text.lower() in _TRUTH:
            return _TRUTH[text.lower()]
        if kind is str:
            return text
        if kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
    raise ConfigError(
        f"`{key}` must be {_describe(hint)}, not `{text}`",
        key=key,
        hint=f"write {key}=" + _example(hint).strip('"'),
    )


def _describe(hint: Any) -> str:
    names = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
    parts = []
    for kind in _alternatives(hint):
        if typing.get_origin(kind) is typing.Literal:
            parts.append("one of " + ", ".join(f'"{value}"' for value in typing.get_args(kind)))
        elif typing.get_origin(kind) is tuple:
            parts.append("a list of strings")
        else:
            parts.append(names.get(kind, str(kind)))
    return " or ".join(parts)


def _describe_value(value: Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date")


def _example(hint: Any) -> str:
    kind = _alternatives(hint)[0]
    if typing.get_origin(kind) is typing.Literal:
        return f'"{typing.get_args(kind)[0]}"'
    examples: dict[Any, str] = {str: '"…"', bool: "true", int: "4", float: "1.5"}
    return examples.get(kind, '["…"]')
