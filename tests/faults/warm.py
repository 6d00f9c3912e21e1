"""Processes of the command line that need not start Python and load its modules: forked from one that has.

Each is a process of its own with its own environment, working directory, streams, session and end, and runs what the
installed program runs, `aerostack.__main__.program`. It saves half of the time of a cell.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

from tests.faults import local

#: Loaded once; whatever else a command needs it loads itself.
_LOADED = (
    "typer", "pluggy", "httpcore", "tomlkit", "aerostack.cli.main", "aerostack.cli.deploy", "aerostack.pipeline",
    "aerostack.tools", "aerostack.http", "aerostack.bundle", "aerostack.project", "aerostack.project.write",
    "aerostack_cfapi.plugin", "aerostack_cfapi.resolve", "aerostack_cfapi.plan", "aerostack_cfapi.deploy",
    "aerostack_cloudflare.account", "aerostack_cloudflare.project.provision", "aerostack_hosted.plugin",
    "aerostack_hosted.resolve", "aerostack_hosted.deploy", "aerostack_wrangler.plugin", "aerostack_wrangler.resolve",
    "aerostack_wrangler.deploy",
)  # fmt: skip


def serve(address: str) -> None:
    """Load everything, then fork for each connection."""
    for name in _LOADED:
        importlib.import_module(name)
    # What is there lives as long as the process: the forked ones need not look at it.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _keep(connection)
        connection.close()


def _keep(connection: socket.socket) -> None:
    """Fork the command, and tell its number and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(connection, 4, 2)
    wanted = json.loads(connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        connection.close()
        _become(wanted, *streams)
    for stream in streams:
        os.close(stream)
    connection.sendall(f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(wanted: Mapping[str, Any], stdout: int, stderr: int) -> None:
    from aerostack.__main__ import program

    os.setsid()
    stdin = os.open(wanted["stdin"], os.O_RDONLY)
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    for number in {stdin, stdout, stderr} - {0, 1, 2}:
        os.close(number)
    # Those of the process before were made for what it had there.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    sys.argv = ["aerostack", *wanted["argv"]]
    local.suffer(os.environ)
    program()


if __name__ == "__main__":
    serve(sys.argv[1])
