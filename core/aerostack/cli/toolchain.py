"""``aerostack toolchain install``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(help="The pinned npm tools (esbuild, workerd, wrangler).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    # A typer group with one command would otherwise become that command.
    pass


@app.command("install")
def install(
    force: Annotated[bool, typer.Option("--force", help="Install again, even when they are there.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Install the tools now. Otherwise it happens when the first one is needed."""

    def body(output: Output) -> None:
        from aerostack import toolchain

        installed = toolchain.install(progress=output.step, force=force)
        if output.as_json:
            output.document({"path": str(installed.path), "packages": dict(installed.packages)})
        else:
            for name, version in installed.packages.items():
                output.result(f"{name} {version}")
            output.say(f"in {installed.path}")

    run(body, as_json=as_json, debug=debug)
