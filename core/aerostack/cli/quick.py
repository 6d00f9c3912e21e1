"""``deploy`` and ``plan`` without typer, whose import would be a fourth of a deploy.

Only a command line that is certain to be right is read here. Whatever needs explaining, --help, a typo, an unusual
spelling, is left to typer, which is told of the very same options.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aerostack.cli.flags import Argument, parameters
from aerostack.cli.ours import OURS

COMMANDS = ("deploy", "plan")

#: By this variable a shell asks for completion.
_COMPLETION = "_AEROSTACK_COMPLETE"


def call(arguments: list[str]) -> bool:
    """Run the command; ``False`` when it is left to typer, and nothing has happened."""
    if not arguments or arguments[0] not in COMMANDS or _COMPLETION in os.environ:
        return False
    module, _, name = OURS[arguments[0]].partition(":")
    command: Callable[..., None] = getattr(importlib.import_module(f"aerostack.cli.{module}"), name)
    given = read(command, arguments[1:])
    if given is None:
        return False
    command(**given)
    return True


def read(command: Callable[..., None], arguments: list[str]) -> dict[str, Any] | None:
    """What ``arguments`` say to the parameters of ``command``; ``None`` where that is not plain."""
    named, positional = _spellings(command)
    given: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            if not argument or not positional:
                return None
            given[positional.pop(0)] = Path(argument)
            continue
        spelled, _, value = argument.partition("=")
        name, kind = named.get(spelled, (None, None))
        if name is None or (name in given and kind != _LIST):
            return None
        if isinstance(kind, bool):
            if value or argument.endswith("="):
                return None
            given[name] = kind
            continue
        if spelled == argument:
            value = next(rest, "-")
        elif not spelled.startswith("--"):
            return None
        if value.startswith("-") or not _add(given, name, kind, value):
            return None
    return given


_LIST = list[str] | None


def _add(given: dict[str, Any], name: str, kind: Any, value: str) -> bool:
    if kind == _LIST:
        given.setdefault(name, []).append(value)
    elif kind == str | None:
        given[name] = value
    else:
        return False  # a number has limits, which typer knows
    return True


def _spellings(command: Callable[..., None]) -> tuple[dict[str, tuple[str, Any]], list[str]]:
    """By spelling: the parameter, and either the value that it stands for or the type of what follows."""
    named: dict[str, tuple[str, Any]] = {}
    positional = []
    for name, (kind, said) in parameters(command).items():
        if isinstance(said, Argument):
            positional.append(name)
            continue
        for spelled, value in _each(said.names):
            named[spelled] = (name, value if kind in (bool, bool | None) else kind)
    return named, positional


def _each(names: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for spelled in names:
        on, _, off = spelled.partition("/")
        yield on, True
        if off:
            yield off, False
