"""``aerostack up`` in a terminal: ``python -m aerostack.cli.foreground FOLDER PORT EDGE_PORT text|json [EMAIL]``.

Not in the process of the command line, which would keep typer and all commands in memory for as long as it waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from aerostack.cli import signals, streams
from aerostack.cli.output import Output
from aerostack.cli.run import run
from aerostack.errors import EXIT_INTERRUPTED
from aerostack.local.folder import Addresses, Folder
from aerostack.local.supervisor import supervise


def become(folder: Folder, *, port: int, edge_port: int, email: str | None, output: Output) -> NoReturn:
    """Let this process be the one that supervises, until Ctrl-C."""
    command = [sys.executable, "-P", "-m", __name__, str(folder.path), str(port), str(edge_port), _form(output)]
    debug = {"AEROSTACK_DEBUG": "1"} if output.debug else {}
    sys.stdout.flush()
    sys.stderr.flush()
    # No shell, and nothing from a file: the same program with another module.
    os.execve(sys.executable, [*command, *([email] if email else [])], {**os.environ, **debug})  # nosec B606


def main(path: str, port: str, edge_port: str, form: str, *email: str) -> None:
    """Supervise until Ctrl-C. Raises ``SystemExit``."""
    answering = False

    def ready(addresses: Addresses) -> None:
        nonlocal answering
        _welcome(path, form, *email)
        answering = True
        streams.tell("Ctrl-C ends it")

    def body(output: Output) -> None:
        try:
            supervise(
                Folder(Path(path)),
                port=int(port),
                edge_port=int(edge_port),
                environ=os.environ,
                ready=ready,
                tell=output.step,
            )
        except KeyboardInterrupt:
            if not answering:
                raise
            output.say("stopped; the next `aerostack up` finds everything again")

    streams.prepare()
    signals.heed()
    run(body, as_json=form == "json")


def _welcome(*arguments: str) -> None:
    """What goes wrong in it is said there; its exit status is ours."""
    try:
        said = subprocess.run([sys.executable, "-P", "-m", "aerostack.cli.welcome", *arguments], check=False)
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None
    if said.returncode:
        raise SystemExit(said.returncode)


def _form(output: Output) -> str:
    return "json" if output.as_json else "text"


if __name__ == "__main__":
    main(*sys.argv[1:])
