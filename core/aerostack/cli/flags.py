"""What a command takes, as plain values: typer, which a third of a deploy would go into, is told when it is needed."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """An option. ``names`` as typer takes them: ``--long``, ``-s``, or a pair as in ``--on/--off``."""

    names: tuple[str, ...]
    help: str
    metavar: str | None = None
    minimum: int | None = None
    show_default: bool = True

    def for_typer(self) -> Any:
        """The same for typer."""
        import typer

        return typer.Option(
            *self.names,
            help=self.help,
            metavar=self.metavar,
            min=self.minimum,
            show_default=self.show_default,
        )


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument without a name."""

    metavar: str
    help: str

    def for_typer(self) -> Any:
        """The same for typer."""
        import typer

        return typer.Argument(metavar=self.metavar, help=self.help, show_default=False)


def option(
    *names: str,
    help: str,
    metavar: str | None = None,
    minimum: int | None = None,
    default: bool = True,
) -> Option:
    """An option whose default is shown unless ``default`` is false."""
    return Option(names, help, metavar, minimum, default)


def parameters(command: Callable[..., None]) -> dict[str, tuple[Any, Option | Argument]]:
    """By the name of the parameter: its type, and what it is on the command line."""
    found = {}
    for name, hint in typing.get_type_hints(command, include_extras=True).items():
        for said in getattr(hint, "__metadata__", ()):
            if isinstance(said, (Option, Argument)):
                found[name] = (hint.__origin__, said)
    return found


def for_typer(command: Callable[..., Any]) -> Callable[..., Any]:
    """``command`` as typer reads it: with its own options in place of ours."""
    import functools
    import inspect

    hints = typing.get_type_hints(command, include_extras=True)
    hints |= {name: typing.Annotated[kind, said.for_typer()] for name, (kind, said) in parameters(command).items()}

    @functools.wraps(command)
    def told(*args: Any, **given: Any) -> Any:
        return command(*args, **given)

    known = inspect.signature(command)
    told.__signature__ = known.replace(  # type: ignore[attr-defined]
        parameters=[each.replace(annotation=hints[name]) for name, each in known.parameters.items()]
    )
    told.__annotations__ = hints
    return told
