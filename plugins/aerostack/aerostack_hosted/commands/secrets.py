"""``aerostack secrets``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from pathlib import Path

    from aerostack.cli.output import Output
    from aerostack.model import Secret

app = typer.Typer(
    help="Set, list and delete the secrets of an environment on Aerostack.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As the code reads it: env.NAME.")]


@app.command("list")
def show_all(
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """List the names of the secrets that are set. Nobody can read their values."""

    def body(output: Output) -> None:
        from aerostack_hosted.api import secrets
        from aerostack_hosted.commands import table
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            found = secrets.listed(api, place.project, place.environment)
        if output.as_json:
            rows = [{"name": item.name, "updated_at": item.updated_at} for item in found]
            output.document({"environment": place.environment, "secrets": rows})
            return
        cells = [(item.name, item.updated_at or "") for item in found]
        table.show(output, ("name", "set"), cells, empty=f"no secrets are set in {place.environment}")

    run(body, as_json=as_json, debug=debug)


@app.command("set")
def put(
    name: Name,
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Set a secret. Its value is asked for without showing it, or read from stdin, as it is.

    For example: aerostack secrets set PRIVATE_KEY --env production < key.pem
    """

    def body(output: Output) -> None:
        from aerostack_hosted.commands.values import ask

        _put(output, {name: ask(name)}, path, project, env, profile)

    run(body, as_json=as_json, debug=debug)


@app.command("import")
def bring(
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Set several secrets at once, all or none, from lines NAME=VALUE or a JSON object on stdin.

    For example: aerostack secrets import --env staging < .dev.vars
    """

    def body(output: Output) -> None:
        from aerostack.errors import UsageError
        from aerostack_hosted.commands.values import parse

        if sys.stdin.isatty():
            raise UsageError(
                "the secrets are read from stdin", hint="aerostack secrets import --env staging < .dev.vars"
            )
        _put(output, parse(sys.stdin.read()), path, project, env, profile)

    run(body, as_json=as_json, debug=debug)


@app.command("delete")
def delete(
    name: Name,
    env: options.Environment = None,
    project: options.ProjectReference = None,
    path: options.Folder = options.HERE,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Delete a secret."""

    def body(output: Output) -> None:
        from aerostack_hosted.api import secrets
        from aerostack_hosted.commands.session import find_place, open_api

        with open_api(output, profile) as api:
            place = find_place(api, path, project, env)
            secrets.delete(api, place.project, place.environment, name)
        if output.as_json:
            output.document({"environment": place.environment, "deleted": name})
        else:
            output.result(f"deleted {name} from {place.environment}")

    run(body, as_json=as_json, debug=debug)


def _put(
    output: Output,
    values: Mapping[str, Secret],
    path: Path,
    project: str | None,
    env: str | None,
    profile: str | None,
) -> None:
    from aerostack_hosted.api import secrets
    from aerostack_hosted.commands.session import find_place, open_api

    with open_api(output, profile) as api:
        place = find_place(api, path, project, env)
        secrets.put(api, place.project, place.environment, values)
    if output.as_json:
        output.document({"environment": place.environment, "set": sorted(values)})
    else:
        output.result(f"set {', '.join(sorted(values))} in {place.environment}")
