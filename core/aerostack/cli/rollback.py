"""``aerostack rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.place import HERE, Folder, Place, Profile, ProjectReference

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.pipeline import Prepared
    from aerostack.tools import RunTools


def rollback(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]",
            help="Where to go back to: the number of a deployment on Aerostack, the id of a version on Cloudflare. "
            "Default: what was live before.",
        ),
    ] = None,
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    yes: options.Yes = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Make an earlier version live again. Databases and other data stay as they are.

    For example: aerostack rollback --env production
    """

    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        from aerostack.pipeline.reach import changing

        with changing(prepared, tools) as journals:
            done = prepared.backend.rollback(prepared.project, version, prepared.settings, journals, tools)
        if output.as_json:
            heading = {"outcome": done.outcome, **place.known, "version": done.version, "urls": list(done.urls)}
            output.document({**heading, **done.details})
            return
        output.mark("✓", "green", done.said)
        for line in done.urls or (done.version,):
            output.result(line)

    place = Place(path, env, backend, use_own_account, option, project, profile, yes)
    place.run(body, as_json=as_json, debug=debug)
