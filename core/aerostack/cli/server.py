"""``aerostack server serve``: the Aerostack backend itself, for its operators.

The core imports no server: it is found as the entry point ``server`` of the group ``aerostack.services``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(help="The Aerostack backend itself, for who operates one.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    # A typer group with one command would otherwise become that command.
    pass


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535)] = 4780,
    debug: options.Debug = False,
) -> None:
    """Serve until Ctrl-C. The database is brought up to date first.

    Settings are environment variables: see docs/operations.md. To try everything on this machine: aerostack up
    """

    def body(output: Output) -> int:
        import os

        from aerostack.local import services

        return int(services.load("server").serve(host=host, port=port, environ=os.environ, announce=output.say))

    run(body, debug=debug)
