"""``aerostack wrangler-config``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def wrangler_config(
    path: options.ProjectPath = Path(),
    env: options.Environment = None,
    backend: options.BackendName = "wrangler",
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="The folder that paths in it start from. Default: .aerostack/wrangler, where a deploy puts it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Implied: the output is always JSON.")] = False,
    debug: options.Debug = False,
) -> None:
    """Print the configuration that a deploy would give to wrangler. Asks nobody, and writes nothing.

    Ids are those of the file; what has none yet is provisioned by a deploy.

    For example: aerostack wrangler-config --env staging --folder . > wrangler.json
    """

    def body(output: Output) -> None:
        import os

        from aerostack import pipeline
        from aerostack.pipeline import Request

        prepared = pipeline.prepare(Request(path=path, environment=env, backend=backend), os.environ)
        project = prepared.project
        at = project.root / ".aerostack" / "wrangler" if folder is None else folder.resolve()
        ids = {resource.key: resource.id for resource in project.resources if resource.id}
        config = prepared.backend.config(project, ids, at)
        for note in project.notes:
            output.warn(note)
        for resource in project.resources:
            if resource.id is None and resource.kind in ("d1", "kv"):
                output.warn(f"{resource.where}: {resource.binding} has no id yet: a deploy fills it in")
        output.document(config)

    run(body, as_json=as_json, debug=debug)
