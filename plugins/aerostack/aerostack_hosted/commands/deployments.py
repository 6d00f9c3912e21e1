"""``aerostack deployments``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(
    help="The history of an environment on Aerostack.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("list")
def show_all(
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many at most.")] = 20,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """List the deployments of an environment, the newest first."""

    def body(output: Output) -> None:
        import itertools

        from aerostack.cli import table
        from aerostack_hosted.api import deployments
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            found = list(itertools.islice(deployments.listed(api, place.project, place.environment), limit))
        if output.as_json:
            output.document({"environment": place.environment, "deployments": [item.document() for item in found]})
            return
        rows = [
            (f"#{item.number}", item.status, item.created_at or "", item.created_by or "", item.message or "")
            for item in found
        ]
        head = ("number", "status", "when", "who", "message")
        table.show(output, head, rows, empty=f"nothing was deployed to {place.environment} yet")

    run(body, as_json=as_json, debug=debug)


@app.command("log")
def log(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `aerostack deployments list` shows it.")],
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    debug: common.Debug = False,
) -> None:
    """Show what happened during a deployment."""

    def body(output: Output) -> None:
        from aerostack_hosted.api import deployments
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            found = deployments.numbered(api, place.project, place.environment, number)
            output.result(deployments.log(api, place.project, place.environment, found.id).rstrip("\n"))

    run(body, debug=debug)
