"""What ``aerostack up`` says once everything answers.

``python -m aerostack.cli.welcome FOLDER text|json [EMAIL]`` says it in a process of its own: an account needs the code
of the server, which would stay in the memory of the process that waits for Ctrl-C.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from aerostack.cli import passwords, signals, streams
from aerostack.cli.output import Output
from aerostack.cli.run import run
from aerostack.errors import AerostackError
from aerostack.local import account
from aerostack.local.folder import Addresses, Folder


def main(path: str, form: str, email: str | None = None) -> None:
    """Say it of what runs in the folder. Raises ``SystemExit``."""

    def body(output: Output) -> None:
        folder = Folder(Path(path))
        running = folder.running()
        if running is None:
            raise AerostackError("server and edge have ended already", hint=f"see the logs in {path}", code="up")
        say(output, folder, running, email)

    streams.prepare()
    signals.heed()
    run(body, as_json=form == "json")


def document(folder: Folder, addresses: Addresses | None) -> dict[str, Any]:
    """As ``--json`` shows it."""
    shown: dict[str, Any] = {"data": str(folder.path)}
    if addresses is not None:
        shown |= {
            "api_url": addresses.api_url,
            "dashboard_url": addresses.dashboard_url,
            "edge_url": addresses.edge_url,
            "pid": addresses.pid,
        }
    return shown


def say(output: Output, folder: Folder, addresses: Addresses, email: str | None) -> None:
    """Let the user have an account and be logged in, and say where everything is. A password is shown this once."""
    made = account.ensure(folder, addresses, email=email, ask_password=lambda: passwords.ask("aerostack up"))
    if output.as_json:
        shown = document(folder, addresses)
        if made is not None:
            shown["account"] = {"email": made.email} | ({"password": made.password} if made.generated else {})
        output.document(shown)
        return
    if made is not None:
        output.say(f"created the account {made.email}; this command line is logged in to it")
        if made.generated:
            # Not through `say`: it is the one place where the password may stand.
            streams.tell(f"its password, shown this once: {made.password}")
    output.result(f"dashboard  {addresses.dashboard_url}")
    output.say(f"edge       {addresses.edge_url}")
    output.say("deploy a project here: aerostack deploy")


if __name__ == "__main__":
    main(*sys.argv[1:])
