"""``aerostack up``, ``down`` and ``status``: server and edge together on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.local.folder import Addresses, Folder

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The one folder for everything. Default: the user's data folder."),
]


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when it runs; `aerostack down` ends it.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="For the API and the dashboard. 0: that of last time.")
    ] = 0,
    edge_port: Annotated[
        int, typer.Option("--edge-port", min=0, max=65535, help="For the Workers. 0: that of last time.")
    ] = 0,
    data: Data = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Of the first account. Default: asked for.")
    ] = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Run all of Aerostack on this machine: server, dashboard, and an account for Workers.

    The first time, an account is created and this command line logged in to it: `aerostack deploy` works at once. What
    is deployed survives; the same command finds it again.
    """

    def body(output: Output) -> None:
        from aerostack.local.folder import Folder
        from aerostack.local.supervisor import supervise

        folder = Folder(_path(data))
        running = folder.running()
        if running is not None:
            output.step(f"already running, process {running.pid}")
            _welcome(output, folder, running, email)
            return
        _install(output)
        if detach:
            from aerostack.local import detached

            started = detached.start(folder, port=port, edge_port=edge_port, environ=os.environ)
            _welcome(output, folder, started, email)
            return

        answering = False

        def ready(addresses: Addresses) -> None:
            nonlocal answering
            _welcome(output, folder, addresses, email)
            answering = True
            output.say("Ctrl-C ends it")

        try:
            supervise(folder, port=port, edge_port=edge_port, environ=os.environ, ready=ready, tell=output.step)
        except KeyboardInterrupt:
            if not answering:
                raise
            output.say("stopped; the next `aerostack up` finds everything again")

    run(body, as_json=as_json, debug=debug)


def down(data: Data = None, as_json: options.AsJson = False, debug: options.Debug = False) -> None:
    """End what `aerostack up` started. Everything stays in its folder."""

    def body(output: Output) -> None:
        from aerostack.local.detached import stop
        from aerostack.local.folder import Folder

        folder = Folder(_path(data))
        stopped = stop(folder)
        if output.as_json:
            output.document({"stopped": stopped, "data": str(folder.path)})
        else:
            output.result("stopped" if stopped else "nothing was running")

    run(body, as_json=as_json, debug=debug)


def status(data: Data = None, as_json: options.AsJson = False, debug: options.Debug = False) -> None:
    """Say whether server and edge run on this machine, and where. Exit status 1 when they do not."""

    def body(output: Output) -> int:
        from aerostack.local.folder import Folder

        folder = Folder(_path(data))
        running = folder.running()
        if output.as_json:
            output.document({"running": running is not None, **_document(folder, running)})
        elif running is None:
            output.result("not running: aerostack up")
        else:
            output.result(f"running, process {running.pid}, data in {folder.path}")
            output.result(
                f"dashboard  {running.dashboard_url}\nAPI        {running.api_url}\nedge       {running.edge_url}"
            )
        return int(running is None)

    run(body, as_json=as_json, debug=debug)


def _path(data: Path | None) -> Path:
    if data is not None:
        return data.resolve()
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "aerostack" / "local"


def _install(output: Output) -> None:
    """Fetch the tools here, where progress is seen."""
    from aerostack import toolchain

    toolchain.workerd(progress=output.step)
    toolchain.simulators(progress=output.step)


def _document(folder: Folder, addresses: Addresses | None) -> dict[str, Any]:
    document: dict[str, Any] = {"data": str(folder.path)}
    if addresses is not None:
        document |= {
            "api_url": addresses.api_url,
            "dashboard_url": addresses.dashboard_url,
            "edge_url": addresses.edge_url,
            "pid": addresses.pid,
        }
    return document


def _welcome(output: Output, folder: Folder, addresses: Addresses, email: str | None) -> None:
    """Let the user have an account and be logged in, and say where everything is. A password is shown this once."""
    from aerostack.cli import streams
    from aerostack.local import account

    made = account.ensure(folder, addresses, email=email, ask_password=_ask_password)
    if output.as_json:
        document = _document(folder, addresses)
        if made is not None:
            document["account"] = {"email": made.email} | ({"password": made.password} if made.generated else {})
        output.document(document)
        return
    if made is not None:
        output.say(f"created the account {made.email}; this command line is logged in to it")
        if made.generated:
            # Not through `say`: it is the one place where the password may stand.
            streams.tell(f"its password, shown this once: {made.password}")
    output.result(f"dashboard  {addresses.dashboard_url}")
    output.say(f"edge       {addresses.edge_url}")
    output.say("deploy a project here: aerostack deploy")


def _ask_password() -> str | None:
    """A password that was typed twice; ``None`` without a terminal."""
    import getpass
    import sys

    from aerostack.errors import AbortedError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    for _ in range(3):
        first = getpass.getpass("Choose a password for the dashboard (at least 12 characters): ", stream=sys.stderr)
        if len(first) < 12:
            print("that is too short", file=sys.stderr)
        elif getpass.getpass("Once more: ", stream=sys.stderr) == first:
            return first
        else:
            print("the two differ", file=sys.stderr)
    raise AbortedError("no password was chosen", hint="aerostack up")
