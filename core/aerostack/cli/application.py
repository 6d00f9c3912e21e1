"""The whole command line in typer, which explains it, completes it, and says what is wrong with what was typed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aerostack import __version__
from aerostack.cli import borrowed, commands
from aerostack.cli.output import Output
from aerostack.cli.run import fail
from aerostack.errors import EXIT_INTERRUPTED, UsageError


def application(asked: str | None = None) -> typer.Typer:
    """The whole command line; with ``asked``, as far as that command needs it."""
    app = typer.Typer(
        name="aerostack",
        cls=borrowed.Commands,
        help="Deploy Cloudflare Workers projects: one aerostack.toml, any backend.",
        no_args_is_help=True,
        rich_markup_mode=None,  # rich would cost 70 ms on every --help
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands.add(app, asked)
    app.callback()(_common)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"aerostack {__version__}")
        raise typer.Exit


def _common(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


# typer bundles its own click; the base of its public BadParameter is the error for every wrong flag.
_WrongFlags: type[Exception] = typer.BadParameter.__mro__[1]


def call(arguments: list[str]) -> int:
    """Run one command line; its exit status."""
    command = typer.main.get_command(application(arguments[0] if arguments else None))
    try:
        status = command.main(args=arguments, prog_name="aerostack", standalone_mode=False)
    except typer.Abort:
        return EXIT_INTERRUPTED
    except _WrongFlags as error:
        return _wrong_flags(error, arguments)
    return status if isinstance(status, int) else 0


def _wrong_flags(error: Exception, arguments: list[str]) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "aerostack"
    message = str(getattr(error, "format_message", lambda: error)())
    if not message:  # no command was given: the help text has been the message
        print(context.get_help() if context is not None else "", file=sys.stderr)
        return UsageError.exit_code
    shown = UsageError(message[:1].lower() + message[1:].rstrip("."), hint=f"{path} --help")
    return fail(Output(as_json="--json" in arguments), shown, {})
