"""``aerostack server``: the Aerostack backend itself, for its operators.

The core imports no server: it is found as the entry point ``server`` of the group ``aerostack.services``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

app = typer.Typer(help="The Aerostack backend itself, for who operates one.", no_args_is_help=True)


accounts = typer.Typer(help="The accounts of a server. Nobody signs up by himself.", no_args_is_help=True)
app.add_typer(accounts, name="accounts")

Email = Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Of its owner, who signs in with it.")]


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535)] = 4780,
    debug: options.Debug = False,
) -> None:
    """Serve until Ctrl-C. The database is brought up to date first.

    Settings are environment variables: see docs/operations.md. To try everything on this machine: aerostack up
    """

    def body(output: Output) -> int:
        import os

        from aerostack.local import services

        return int(services.load("server").serve(host=host, port=port, environ=os.environ, announce=output.say))

    run(body, debug=debug)


@app.command("password")
def password(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="With which somebody signs in.")],
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Set the password of somebody who has forgotten it. Their sessions end; keys stay.

    It is asked for; without a terminal one is made up and shown. The settings are those of `aerostack server serve`.
    """

    def body(output: Output) -> None:
        import os

        chosen, shown = _password("aerostack server password ADDRESS")
        _operators().set_password(os.environ, email=email, password=chosen)
        _tell(output, f"{email} has a new password", {"email": email}, shown)

    run(body, as_json=as_json, debug=debug)


@app.command("prune")
def prune(
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many replaced deployments stay in each environment.")],
    days: Annotated[int, typer.Option("--older-than-days", min=0, help="What is younger stays anyhow.")] = 30,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the deployments.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Forget the code of deployments that were replaced long ago: nobody can roll back to them any more.

    What is live stays, and the records of all. Code and static files that no deployment needs are removed, those of
    deleted projects too, unless they were uploaded within the last day. The server may run meanwhile; the settings are
    those of `aerostack server serve`.
    """

    def body(output: Output) -> None:
        import os
        from dataclasses import asdict

        done = _operators().prune(os.environ, keep=keep, days=days, only_look=dry_run)
        if output.as_json:
            output.document({"dry_run": dry_run, **asdict(done)})
        elif dry_run:
            output.result(f"{done.deployments} deployments would be forgotten")
        else:
            size = f"{done.size / 1024**2:.1f} MiB"
            output.result(f"{done.deployments} deployments forgotten, {done.files} files with {size} removed")

    run(body, as_json=as_json, debug=debug)


@accounts.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is called; a part of its Workers' addresses is made of it.")],
    email: Email,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Make an account, beside the first that the dashboard makes, with its owner.

    The password is asked for; without a terminal one is made up and shown. The settings are those of `aerostack server
    serve`.
    """

    def body(output: Output) -> None:
        import os

        chosen, shown = _password("aerostack server accounts create NAME --email ADDRESS")
        made = _operators().create_account(os.environ, name=name, email=email, password=chosen)
        _tell(output, f"created the account {made.name} of {made.owners[0]}", _document(made), shown)

    run(body, as_json=as_json, debug=debug)


@accounts.command("list")
def show_all(as_json: options.AsJson = False, debug: options.Debug = False) -> None:
    """List the accounts, the oldest first. The settings are those of `aerostack server serve`."""

    def body(output: Output) -> None:
        import os

        from aerostack.cli import table

        found = _operators().accounts(os.environ)
        if output.as_json:
            output.document({"accounts": [_document(account) for account in found]})
            return
        rows = [(item.label, item.name, ", ".join(item.owners), str(item.projects)) for item in found]
        table.show(output, ("label", "name", "owners", "projects"), rows, empty="there is no account yet")

    run(body, as_json=as_json, debug=debug)


def _operators() -> Any:
    from aerostack.local import services

    return services.load("server").operators()


def _password(again: str) -> tuple[str, str | None]:
    """The password, and what of it is to be shown: one that was made up."""
    from aerostack.cli import passwords
    from aerostack.local.account import made_up_password

    typed = passwords.ask(again)
    made = made_up_password() if typed is None else None
    return typed or str(made), made


def _tell(output: Output, words: str, document: dict[str, Any], shown: str | None) -> None:
    from aerostack.cli import streams

    if output.as_json:
        output.document({**document, "password": shown} if shown else document)
        return
    output.say(f"{words}; the password is shown this once:" if shown else words)
    if shown:
        # Printed as it is, to stdout and nowhere else.
        streams.give(shown)


def _document(account: Any) -> dict[str, Any]:
    return {
        "label": account.label,
        "name": account.name,
        "owners": list(account.owners),
        "projects": account.projects,
    }
