"""Every command of the command line, found by looking: a new one is tried without a line here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from aerostack.cli import borrowed
from aerostack.cli.application import application

#: What is given for an argument or a required option of that name.
_VALUES = {
    "name": "API_TOKEN",
    "email": "ann@example.com",
    "project": "demo",
    "identifier": "key_1",
    "deployment": "dep_1",
    "number": "1",
    "keep": "1",
}

#: What some commands need to get as far as their work, and to end.
_MORE = {
    "login": ["--with-key"],
    "wrangler": ["--version"],
    "deploy": ["--yes"],
    "rollback": ["--yes"],
    "up": ["--detach", "--data", "up"],
    "down": ["--data", "up"],
    "status": ["--data", "up"],
    "projects delete": ["--yes"],
}

#: Those that a free port would let run for ever.
_SERVE = ("up", "edge serve", "server serve")


@dataclass(frozen=True)
class Command:
    """``words`` without flags; ``options`` are all that it knows."""

    words: tuple[str, ...]
    needed: tuple[str, ...]
    options: frozenset[str]

    @property
    def name(self) -> str:
        """As in the help."""
        return " ".join(self.words)

    @property
    def backends(self) -> tuple[str | None, ...]:
        """The backends that it can be told to use."""
        return ("aerostack", "cfapi", "wrangler") if "--backend" in self.options else (None,)

    def argv(self, backend: str | None, *, port: int, flags: tuple[str, ...]) -> list[str]:
        """The command line; ``port`` is taken, so that what would serve ends. Flags that it has not are left out."""
        more = list(_MORE.get(self.name, ()))
        if self.name in _SERVE:
            more += ["--port", str(port)]
        if backend is not None:
            more += ["--backend", backend]
        return [*self.words, *self.needed, *more, *(flag for flag in flags if flag in self.options)]


def commands() -> list[Command]:
    """All of them, those of other packages of ours too."""
    root: Any = typer.main.get_command(application())
    context = root.make_context("aerostack", ["status"], resilient_parsing=True)
    return list(_leaves(root, (), context))


def _leaves(command: Any, words: tuple[str, ...], context: Any) -> Iterator[Command]:
    if isinstance(command, borrowed.Borrowed):
        command = borrowed.load(words[0])
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            yield from _leaves(command.get_command(context, name), (*words, name), context)
        return
    needed: list[str] = []
    for parameter in command.params:
        if parameter.required:
            is_option = parameter.param_type_name == "option"
            needed += [parameter.opts[0]] if is_option else []
            needed.append(_value(words, parameter.name))
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    yield Command(words, tuple(needed), frozenset(options))


def _value(words: tuple[str, ...], name: str) -> str:
    if name not in _VALUES:
        raise LookupError(f"a command is new here: add to _VALUES what `{' '.join(words)}` is given as `{name}`")
    return _VALUES[name]
