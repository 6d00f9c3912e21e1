"""``aerostack edge serve`` and ``aerostack edge env``.

The core imports no edge: it is found as the service ``edge``, a module with ``serve`` and ``variables``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options, streams
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(help="A Cloudflare-compatible account on this machine.", no_args_is_help=True)


@app.command("serve")
def serve(
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any free port.")] = 8787,
    data: options.EdgeData = None,
    debug: options.Debug = False,
) -> None:
    """Run the account until Ctrl-C. What is deployed to it survives.

    In another terminal: eval "$(aerostack edge env)", then aerostack deploy --backend cfapi
    """

    def body(output: Output) -> int:
        from aerostack import toolchain
        from aerostack.local import services

        service = services.load("edge")
        return int(
            service.serve(
                host="127.0.0.1",
                port=port,
                data=_folder(data),
                workerd=toolchain.workerd(progress=output.step),
                simulators=toolchain.simulators(progress=output.step),
                announce=output.say,
            )
        )

    run(body, debug=debug)


@app.command("env")
def env(
    data: options.EdgeData = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Print the variables with which any Cloudflare client talks to the account.

    For example: eval "$(aerostack edge env)"
    """

    def body(output: Output) -> None:
        import shlex

        from aerostack.local import services

        variables = services.load("edge").variables(_folder(data))
        if output.as_json:
            output.document(variables)
        else:
            # The token is the result here: printed as it is, to stdout and nowhere else.
            for name, value in variables.items():
                streams.give(f"export {name}={shlex.quote(value)}")

    run(body, as_json=as_json, debug=debug)


def _folder(data: Path | None) -> Path:
    if data is not None:
        return data
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "aerostack" / "edge"
