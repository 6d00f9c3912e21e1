"""``aerostack projects``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack_hosted.api.projects import RemoteProject

app = typer.Typer(
    help="List, create, show and delete projects on Aerostack.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Reference = Annotated[str, typer.Argument(metavar="PROJECT", help="Its id or slug.")]


@app.command("list")
def show_all(profile: options.Profile = None, as_json: common.AsJson = False, debug: common.Debug = False) -> None:
    """List the projects of the account."""

    def body(output: Output) -> None:
        from aerostack.cli import table
        from aerostack_hosted.api import projects
        from aerostack_hosted.commands.session import open_api

        with open_api(output, profile) as api:
            found = projects.listed(api)
        if output.as_json:
            output.document({"projects": [_document(item) for item in found]})
            return
        rows = [(item.id, item.slug, item.name, "public" if item.public else "private") for item in found]
        table.show(
            output, ("id", "slug", "name", "access"), rows, empty="no projects yet: aerostack projects create NAME"
        )

    run(body, as_json=as_json, debug=debug)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    public: common.Public = None,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Create a project. Link a folder to it with `aerostack link`."""

    def body(output: Output) -> None:
        from aerostack.errors import UsageError
        from aerostack_hosted.api import projects
        from aerostack_hosted.commands.session import open_api

        if not name.strip():
            raise UsageError("a project needs a name", hint="aerostack projects create my-api")
        with open_api(output, profile) as api:
            made = projects.create(api, name, public=public)
        if output.as_json:
            output.document(_document(made))
            return
        output.result(made.id)
        output.say(f"created {made.name}: aerostack link {made.id}")

    run(body, as_json=as_json, debug=debug)


@app.command("show")
def show(
    project: Reference,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Show a project and what is live in its environments."""

    def body(output: Output) -> None:
        from aerostack.cli import table
        from aerostack_hosted.api import environments
        from aerostack_hosted.commands.session import open_api

        with open_api(output, profile) as api:
            found = _existing(api, project)
            places = environments.listed(api, found.id)
        rows = [
            (place.name, f"#{place.live.number}" if place.live else "nothing live", place.url or "") for place in places
        ]
        if output.as_json:
            live = [
                {"name": place.name, "url": place.url, "live": place.live.id if place.live else None}
                for place in places
            ]
            output.document({**_document(found), "environments": live})
            return
        output.say(f"{found.name} ({found.id}), {'public' if found.public else 'private'}")
        if found.dashboard_url:
            output.say(found.dashboard_url)
        table.show(output, ("environment", "live", "url"), rows, empty="nothing was deployed to it yet")

    run(body, as_json=as_json, debug=debug)


@app.command("delete")
def delete(
    project: Reference,
    yes: common.Yes = False,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Delete a project with its environments, databases and everything else in it."""

    def body(output: Output) -> None:
        from aerostack.errors import AbortedError
        from aerostack_hosted.api import projects
        from aerostack_hosted.commands.session import open_api

        with open_api(output, profile) as api:
            found = _existing(api, project)
            if not yes and not _typed(output, found):
                raise AbortedError("nothing was deleted", hint=f"type the slug {found.slug}, or pass --yes")
            projects.delete(api, found.id)
        if output.as_json:
            output.document({"deleted": found.id})
        else:
            output.result(f"deleted {found.name}")

    run(body, as_json=as_json, debug=debug)


def _existing(api: Any, reference: str) -> RemoteProject:
    from aerostack.errors import NotFoundError
    from aerostack_hosted.api import projects

    found = projects.get(api, reference)
    if found is None:
        raise NotFoundError(
            f"there is no project {reference} in the account of the key",
            applied=False,
            hint="see `aerostack projects list` and `aerostack whoami`",
            code="project_not_found",
        )
    return found


def _typed(output: Output, project: RemoteProject) -> bool:
    """Whether the user typed the slug: its data cannot be brought back."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    output.say(f"This deletes {project.name}, with all its databases. Type {project.slug} to go on:")
    return sys.stdin.readline().strip() == project.slug


def _document(project: RemoteProject) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "slug": project.slug,
        "public": project.public,
        "dashboard_url": project.dashboard_url,
        "created_at": project.created_at,
    }
