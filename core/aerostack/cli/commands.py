"""Our own commands for typer. A run makes the one that it was asked for, since each costs time."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import typer

from aerostack.cli.flags import for_typer
from aerostack.cli.ours import OURS

#: Every flag after it is another program's, --help too.
_PASSED_ON: Mapping[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add(app: typer.Typer, asked: str | None) -> None:
    """Add the command that is ``asked`` for, or all when it is none of ours."""
    for name in (asked,) if asked in OURS else OURS:
        assert name is not None
        module, _, attribute = OURS[name].partition(":")
        target = getattr(importlib.import_module(f"aerostack.cli.{module}"), attribute)
        if isinstance(target, typer.Typer):
            app.add_typer(told(target), name=name)
        else:
            app.command(name, context_settings=dict(_PASSED_ON) if name == "wrangler" else None)(for_typer(target))


def told(group: typer.Typer) -> typer.Typer:
    """The group, with every command of it, and of groups in it, as typer reads it."""
    for command in group.registered_commands:
        if command.callback is not None:
            command.callback = for_typer(command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            told(inner.typer_instance)
    return group
