"""``aerostack wrangler``: the pinned wrangler itself, for everything that aerostack leaves to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def wrangler(context: typer.Context) -> None:
    """Run the wrangler that deploys use: log in with it, watch logs, set secrets.

    For example: aerostack wrangler login
    """

    def body(output: Output) -> None:
        import os

        from aerostack import toolchain

        found = toolchain.wrangler(progress=output.step)
        # It takes the place of this process: terminal, signals and exit status are its own.
        os.execve(found.argv[0], [*found.argv, *context.args], {**os.environ, **found.environ})  # nosec B606

    run(body)
