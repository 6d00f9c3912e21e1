"""``aerostack``: the commands, and ``main`` which runs one. Every import that costs time sits in a command's body."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from aerostack import __version__
from aerostack.cli import borrowed, commands, options, signals, streams
from aerostack.cli.output import Output
from aerostack.cli.run import fail
from aerostack.errors import EXIT_FAILED, EXIT_INTERRUPTED, AerostackError, UsageError


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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status. Never raises."""
    arguments = options.spell_out(list(sys.argv[1:] if argv is None else argv))
    streams.prepare()
    signals.heed()
    command = typer.main.get_command(application(arguments[0] if arguments else None))
    try:
        status = command.main(args=arguments, prog_name="aerostack", standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        return EXIT_INTERRUPTED
    except AerostackError as error:  # a command of another package cannot be loaded
        return fail(Output(as_json="--json" in arguments), error, {})
    except _WrongFlags as error:
        return _wrong_flags(error, arguments)
    except BrokenPipeError:
        streams.forsake()
        return EXIT_FAILED
    except OSError as error:
        streams.forsake()
        return fail(Output(), streams.cannot_be_written(error), {})
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


if __name__ == "__main__":
    sys.exit(main())
