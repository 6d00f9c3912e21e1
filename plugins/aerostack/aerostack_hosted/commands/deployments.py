"""``aerostack deployments`` and ``aerostack rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack_hosted.api.connection import Api
    from aerostack_hosted.api.deployments import RemoteDeployment
    from aerostack_hosted.commands.session import Place

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

        from aerostack_hosted.api import deployments
        from aerostack_hosted.commands import table
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            found = list(itertools.islice(deployments.listed(api, place.project, place.environment), limit))
        if output.as_json:
            output.document({"environment": place.environment, "deployments": [_document(item) for item in found]})
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
            found = _numbered(api, place, number)
            output.result(deployments.log(api, place.project, place.environment, found.id).rstrip("\n"))

    run(body, debug=debug)


def rollback(
    number: Annotated[
        int | None,
        typer.Argument(metavar="[NUMBER]", help="The deployment to return to. Default: the one that was live before."),
    ] = None,
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Make an earlier deployment live again. Databases and other data stay as they are.

    For example: aerostack rollback 12 --env production
    """

    def body(output: Output) -> None:
        import secrets

        from aerostack_hosted.api import deployments
        from aerostack_hosted.commands.session import find_place, open_api
        from aerostack_hosted.deploy import follow

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            aim = _numbered(api, place, number) if number is not None else _before(api, place)
            made = deployments.rollback(api, place.project, place.environment, aim.id, key=secrets.token_hex(16))
            made = follow(api, place.project, place.environment, made, output.step)
        if output.as_json:
            output.document({"environment": place.environment, "rolled_back_to": aim.number, **_document(made)})
            return
        output.say(f"{place.environment} runs what deployment {aim.number} brought, as deployment {made.number}")
        output.result(made.url or made.id)

    run(body, as_json=as_json, debug=debug)


def _numbered(api: Api, place: Place, number: int) -> RemoteDeployment:
    from aerostack.errors import NotFoundError
    from aerostack_hosted.api import deployments

    for item in deployments.listed(api, place.project, place.environment):
        if item.number == number:
            return item
    raise NotFoundError(
        f"{place.environment} has no deployment {number}", applied=False, hint="aerostack deployments list"
    )


def _before(api: Api, place: Place) -> RemoteDeployment:
    """The last deployment that was live before the one that is."""
    from aerostack.errors import NotFoundError
    from aerostack_hosted.api import deployments

    for item in deployments.listed(api, place.project, place.environment):
        if item.status == "superseded":
            return item
    raise NotFoundError(
        f"nothing was live in {place.environment} before", applied=False, hint="aerostack deployments list"
    )


def _document(item: RemoteDeployment) -> dict[str, Any]:
    return {
        "id": item.id,
        "number": item.number,
        "status": item.status,
        "url": item.url,
        "content_hash": item.content_hash,
        "created_at": item.created_at,
        "created_by": item.created_by,
        "message": item.message,
        "error": item.error_message,
    }
