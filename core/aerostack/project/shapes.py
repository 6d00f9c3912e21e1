"""What a value may look like, as data: the same description checks a file and becomes its JSON Schema."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, NamedTuple

from aerostack.project.keypath import KeyPath, dotted, toml_string
from aerostack.suggest import closest
from aerostack.values import dataclass


class Problem(NamedTuple):
    """Something wrong at ``path``; ``at_key`` when it is the key's name rather than its value."""

    path: KeyPath
    message: str
    hint: str
    at_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Any JSON value: what TOML can write and JSON can carry.

    ``about`` is for the JSON Schema; ``tip`` is the hint for a value of the wrong type, where an example is not enough.
    """

    about: str = ""
    tip: str = ""
    expected = "a value"
    plural = "values"
    example = "…"

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` itself is of the right type, whatever it holds."""
        return True

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        """What is wrong within an accepted value."""
        if isinstance(value, dict):
            for key, item in value.items():
                yield from Shape().problems(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from Shape().problems(item, (*path, index))
        elif isinstance(value, datetime.date | datetime.time):
            yield Problem(
                path, f"`{dotted(path)}` is a date, which has no meaning here", f'put it in quotes: "{value}"'
            )
        elif isinstance(value, float) and not math.isfinite(value):
            yield Problem(path, f"`{dotted(path)}` is {value}, which JSON cannot carry", 'put it in quotes: "…"')

    def problems(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        """Everything that is wrong with ``value``."""
        if self.accepts(value):
            yield from self.inside(value, path)
        else:
            yield Problem(
                path, f"`{dotted(path)}` must be {self.expected}, not {kind_of(value)}", self.advice(value, path)
            )

    def advice(self, value: Any, path: KeyPath) -> str:
        """How to mend a value of the wrong type."""
        if self.tip:
            return self.tip
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        # Only a date is repeated in the hint: anything else may be a secret in the wrong place.
        example = f'"{value}"' if self.example == '"…"' and type(value) is datetime.date else self.example
        return f"write {example}" if path and isinstance(path[-1], int) else f"write {name} = {example}"

    def schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12)."""
        return {"description": self.about} if self.about else {}


@dataclass(frozen=True, kw_only=True)
class Text(Shape):
    """A string, perhaps one of ``choices``."""

    choices: tuple[str, ...] = ()
    expected = "a string"
    plural = "strings"
    example = '"…"'

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        if self.choices and value not in self.choices:
            near = closest(value, self.choices)
            known = ", ".join(toml_string(choice) for choice in self.choices)
            hint = f"did you mean {toml_string(near)}?" if near else f"one of {known}"
            yield Problem(path, f"`{dotted(path)}` cannot be {toml_string(value)}", hint)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", **({"enum": list(self.choices)} if self.choices else {}), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Flag(Shape):
    """True or false."""

    expected = "true or false"
    example = "true"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean", **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Number(Shape):
    """A number, ``whole`` or not, within its bounds."""

    whole: bool = True
    minimum: float | None = None
    maximum: float | None = None
    example = "10"

    @property
    def expected(self) -> str:  # type: ignore[override]
        return "a whole number" if self.whole else "a number"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, int if self.whole else (int, float)) and not isinstance(value, bool)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        low, high = self.minimum, self.maximum
        if isinstance(value, float) and not math.isfinite(value):
            yield from super().inside(value, path)
        elif (low is not None and value < low) or (high is not None and value > high):
            bounds = f"at least {low:g}" if high is None else f"from {low or 0:g} to {high:g}"
            yield Problem(path, f"`{dotted(path)}` is {value}", f"it must be {bounds}")

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        kept = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"type": "integer" if self.whole else "number", **kept, **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Items(Shape):
    """A list."""

    of: Shape
    example = "[…]"

    @property
    def expected(self) -> str:  # type: ignore[override]
        return f"a list of {self.of.plural}"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, list)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        for index, item in enumerate(value):
            yield from self.of.problems(item, (*path, index))

    def advice(self, value: Any, path: KeyPath) -> str:
        if isinstance(value, dict) and isinstance(self.of, Table):
            return f"write the header with two brackets: [[{dotted(path)}]]"
        if isinstance(value, str) and self.of.accepts(value):
            return f'put it in brackets: {path[-1]} = ["…"]'
        return super().advice(value, path)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema(), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Map(Shape):
    """A table with names that the user chooses. A ``merged`` one is merged name by name in an environment."""

    of: Shape = field(default_factory=Shape)
    merged: bool = False
    expected = "a table"
    plural = "tables"
    example = "{ … }"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        for key, item in value.items():
            yield from self.of.problems(item, (*path, key))

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.of.schema(), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Table(Shape):
    """A table with known keys. An unknown key that looks like a misspelt one is a problem; others are let through.

    ``identity`` is the key by which an entry of a list is recognised in another environment; ``binds`` says that it is
    the name of a binding. ``merged`` tables are merged key by key in an environment instead of replaced.
    ``mistaken`` maps names that people try to the right ones; ``misplaced`` holds keys that belong elsewhere, with the
    reason.
    """

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    identity: str | None = None
    binds: bool = False
    merged: bool = False
    mistaken: Mapping[str, str] = field(default_factory=dict)
    misplaced: Mapping[str, str] = field(default_factory=dict)
    expected = "a table"
    plural = "tables"
    example = "{ … }"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        for key in self.required:
            if key not in value:
                yield Problem(path, f"`{dotted(path)}` has no `{key}`", f"add {key} = {self.fields[key].example}")
        for key, item in value.items():
            at = (*path, key)
            if key in self.fields:
                yield from self.fields[key].problems(item, at)
            elif key in self.misplaced:
                yield Problem(at, f"`{dotted(at)}` has no place here", self.misplaced[key], at_key=True)
            elif meant := self._meant(key):
                hint = f"`{meant}` is there already: delete this one" if meant in value else f"did you mean `{meant}`?"
                yield Problem(at, f"unknown key `{dotted(at)}`", hint, at_key=True)
            else:
                yield from Shape().problems(item, at)

    def _meant(self, key: str) -> str | None:
        return self.mistaken.get(key) or closest(key, [*self.fields, *self.misplaced])

    def schema(self) -> dict[str, Any]:
        properties = {name: shape.schema() for name, shape in self.fields.items()}
        required = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": properties, **required, **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Either(Shape):
    """One of several shapes."""

    options: tuple[Shape, ...]

    @property
    def expected(self) -> str:  # type: ignore[override]
        return " or ".join(option.expected for option in self.options)

    @property
    def plural(self) -> str:  # type: ignore[override]
        return " or ".join(option.plural for option in self.options)

    @property
    def example(self) -> str:  # type: ignore[override]
        return self.options[0].example

    def accepts(self, value: Any) -> bool:
        return any(option.accepts(value) for option in self.options)

    def inside(self, value: Any, path: KeyPath) -> Iterator[Problem]:
        yield from next(option for option in self.options if option.accepts(value)).inside(value, path)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [option.schema() for option in self.options], **super().schema()}


def kind_of(value: Any) -> str:
    """What a TOML value is, in words."""
    if isinstance(value, datetime.date | datetime.time):
        return "a date"
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names[type(value)]
