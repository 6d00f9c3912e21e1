"""``aerostack logs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def logs(
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    search: Annotated[str | None, typer.Option("--filter", metavar="TEXT", help="Only what holds this text.")] = None,
    profile: options.Profile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as the server sends it.")] = False,
    debug: common.Debug = False,
) -> None:
    """Show what a Worker logs, as it happens, until Ctrl-C."""

    def body(output: Output) -> int:
        from aerostack.errors import EXIT_INTERRUPTED, EXIT_OK
        from aerostack_hosted.api import logs as stream
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            output.step(f"listening to {place.environment}; Ctrl-C ends it")
            try:
                for event in stream.follow(api, place.project, place.environment, search):
                    output.result(event.data if as_json else stream.shown(event))
            except KeyboardInterrupt:
                return EXIT_INTERRUPTED  # as was said: nothing has failed
        return EXIT_OK

    run(body, debug=debug)
