"""``aerostack up``, ``down`` and ``status``: server and edge together on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output

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
        from aerostack.cli import welcome
        from aerostack.local.folder import Folder

        folder = Folder(_path(data))
        running = folder.running()
        if running is not None:
            output.step(f"already running, process {running.pid}")
            welcome.say(output, folder, running, email)
            return
        _install(output)
        if not detach:
            from aerostack.cli import foreground

            foreground.become(folder, port=port, edge_port=edge_port, email=email, output=output)
        from aerostack.local import detached

        started = detached.start(folder, port=port, edge_port=edge_port, environ=os.environ)
        welcome.say(output, folder, started, email)

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
        from aerostack.cli import welcome
        from aerostack.local.folder import Folder

        folder = Folder(_path(data))
        running = folder.running()
        if output.as_json:
            output.document({"running": running is not None, **welcome.document(folder, running)})
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
