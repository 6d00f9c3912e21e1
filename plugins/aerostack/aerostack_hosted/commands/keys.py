"""``aerostack keys``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack_hosted.api.keys import RemoteKey

app = typer.Typer(
    help="List, create and revoke keys of Aerostack.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command("list")
def show_all(profile: options.Profile = None, as_json: common.AsJson = False, debug: common.Debug = False) -> None:
    """List the keys of the account, never the keys themselves."""

    def body(output: Output) -> None:
        from aerostack.cli import table
        from aerostack_hosted.api import keys
        from aerostack_hosted.commands.session import open_api

        with open_api(output, profile) as api:
            found = keys.listed(api)
        if output.as_json:
            output.document({"keys": [_document(item) for item in found]})
            return
        rows = [
            (item.id, item.name, ",".join(item.scopes), item.project_id or "account", item.last_used_at or "never")
            for item in found
        ]
        table.show(output, ("id", "name", "scopes", "for", "last used"), rows, empty="no keys")

    run(body, as_json=as_json, debug=debug)


@app.command("create")
def create(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is for, as in `ci`.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", metavar="SCOPE", help="read, deploy or admin; several times. Default: read and deploy."
        ),
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="ID", help="Only for this project. Default: the account.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--expires-in-days", min=1, metavar="N", help="Default: it does not expire.")
    ] = None,
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Create a key and print it, this once.

    For example, for CI: aerostack keys create --name ci --project my-api
    """

    def body(output: Output) -> None:
        from aerostack.cli import streams
        from aerostack.errors import UsageError
        from aerostack_hosted.api import keys
        from aerostack_hosted.commands.session import open_api

        unknown = [one for one in scope or () if one not in keys.SCOPES]
        if unknown:
            raise UsageError(f"there is no scope {unknown[0]!r}", hint=f"scopes are {', '.join(keys.SCOPES)}")
        if not name.strip():
            raise UsageError("a key needs a name", hint="aerostack keys create --name ci")

        with open_api(output, profile) as api:
            made = keys.create(api, name, scopes=scope or ["read", "deploy"], project=project, expires_in_days=days)
        value = made.value.reveal() if made.value else None
        if output.as_json:
            output.document({**_document(made), "key": value})
            return
        output.say(f"created the key {made.name} ({made.id}); it is shown this once:")
        # The key is the result here: printed as it is, to stdout and nowhere else.
        streams.give(value or "")

    run(body, as_json=as_json, debug=debug)


@app.command("revoke")
def revoke(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As `aerostack keys list` shows it.")],
    profile: options.Profile = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Revoke a key: from now on nobody can use it."""

    def body(output: Output) -> None:
        from aerostack_hosted.api import keys
        from aerostack_hosted.commands.session import open_api

        with open_api(output, profile) as api:
            keys.revoke(api, identifier)
        if output.as_json:
            output.document({"revoked": identifier})
        else:
            output.result(f"revoked {identifier}")

    run(body, as_json=as_json, debug=debug)


def _document(key: RemoteKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "project_id": key.project_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
