"""``aerostack config check`` and ``aerostack config schema``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(help="Look at aerostack.toml.", no_args_is_help=True)


@app.command("check")
def check(
    path: options.ProjectPath = Path(),
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Find every mistake in aerostack.toml, in all its environments. Asks nobody else."""

    def body(output: Output) -> int:
        from aerostack import project
        from aerostack.pipeline.report import error_document

        problems = project.check(project.find(path))
        if output.as_json:
            output.document({"ok": not problems, "problems": [error_document(problem) for problem in problems]})
        else:
            for problem in problems:
                output.error(problem)
            if not problems:
                output.result("no mistakes found")
        return problems[0].exit_code if problems else 0

    run(body, as_json=as_json, debug=debug)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of aerostack.toml, for editors.

    For example: aerostack config schema > aerostack.schema.json, then `#:schema ./aerostack.schema.json` as the first
    line of aerostack.toml.
    """

    def body(output: Output) -> None:
        from aerostack import project

        output.document(project.schema())

    run(body)
