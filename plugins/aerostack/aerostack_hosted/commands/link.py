"""``aerostack link`` and ``aerostack unlink``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from pathlib import Path

    from aerostack.cli.output import Output
    from aerostack.model import Secret


def link(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its id or slug: `aerostack projects list`.")],
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Link this folder to a project on Aerostack, for this machine.

    For everybody who works on the project, write project_id = "…" into aerostack.toml instead: it wins over a link.
    """

    def body(output: Output) -> None:
        from aerostack import project as files
        from aerostack_hosted import link as links
        from aerostack_hosted.commands.session import find_login

        file = files.find(path)
        found = find_login(profile)
        if found.key is None:
            # The product's first step comes before the login: the project is checked by whatever uses the link.
            links.write(file.parent, links.Link(project_id=project, api_url=None))
            output.warn("nobody is logged in, so the project was not looked up: aerostack login")
            _tell(output, project, project)
            return
        identifier, name = _checked(output, found.url, found.key, project, file)
        links.write(file.parent, links.Link(project_id=identifier, api_url=found.url))
        _tell(output, identifier, name)

    run(body, as_json=as_json, debug=debug)


def unlink(path: options.Folder = options.HERE, as_json: common.AsJson = False, debug: common.Debug = False) -> None:
    """Forget which project this folder is linked to."""

    def body(output: Output) -> None:
        from aerostack import project as files
        from aerostack_hosted import link as links

        removed = links.remove(files.find(path).parent)
        if output.as_json:
            output.document({"unlinked": removed})
        else:
            output.result("unlinked" if removed else "this folder was not linked")

    run(body, as_json=as_json, debug=debug)


def _checked(output: Output, url: str, key: Secret, project: str, file: Path) -> tuple[str, str]:
    from aerostack.errors import NotFoundError
    from aerostack_hosted.api import projects
    from aerostack_hosted.api.connection import Api
    from aerostack_hosted.choice import pinned

    with Api(url, key, tell=output.step) as api:
        found = projects.get(api, project)
    if found is None:
        raise NotFoundError(
            f"there is no project {project} in the account of the key",
            applied=False,
            hint="see `aerostack projects list` and `aerostack whoami`",
            code="project_not_found",
        )
    inside = pinned(file)
    if inside is not None and inside.reference not in (found.id, found.slug):
        output.warn(f"{inside.where}: project_id is {inside.reference}, and it wins over this link")
    return found.id, found.name


def _tell(output: Output, identifier: str, name: str) -> None:
    if output.as_json:
        output.document({"project_id": identifier, "name": name})
    else:
        output.result(f"linked to {name}" + (f" ({identifier})" if name != identifier else ""))
