"""What the core and ``aerostack up`` may ask of the server, found as the service ``server``."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from aerostack_server.settings import from_environment

if TYPE_CHECKING:
    import socket

    from aerostack_server.database import Database

#: The exit status when database or platform cannot be had.
_NOT_STARTED = 3


def serve(*, host: str, port: int, environ: Mapping[str, str], announce: Callable[[str], None]) -> int:
    """Serve until SIGINT or SIGTERM; the exit status. Raises ``AerostackError`` for settings that cannot be."""
    import uvicorn

    from aerostack_server import processes
    from aerostack_server.admission import Admission
    from aerostack_server.app import create, served
    from aerostack_server.database import migrate_apart
    from aerostack_server.log import say
    from aerostack_server.protocol import Protocol

    settings = from_environment(environ)
    # A thread that comes back from the database waits for the one that runs Python, by default up to 5 ms at each
    # statement: a transaction of ten took longer than the disk.
    sys.setswitchinterval(0.0002)
    migrate_apart(settings.database_url)
    _release(settings.database_url)
    app = create(settings)
    answering = served(app, settings, say)

    class Gated(Protocol):
        gate = staticmethod(Admission(app.state.room, secure=settings.secure, log=say))

    def work(listening: socket.socket, line: processes.Line) -> None:
        app.state.line = line
        server = uvicorn.Server(
            uvicorn.Config(
                answering,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=65,
                timeout_graceful_shutdown=10,
                http=Gated,
            )
        )
        with contextlib.suppress(KeyboardInterrupt):  # which is how it ends after Ctrl-C
            server.run(sockets=[listening])
        if not server.started:
            sys.exit(_NOT_STARTED)

    # What is there by now stays for ever: looking through it for garbage took 50 ms each time, and would give each
    # process a copy of its own.
    gc.collect()
    gc.freeze()
    announce(f"the server answers at {settings.url}")
    return processes.serve(work, count=settings.processes, host=host, port=port)


def _release(url: str) -> None:
    """Let everything that was under way be taken up at once, where nobody else can be at work."""
    from aerostack_server.database import Database
    from aerostack_server.deploys import jobs

    database = Database(url)
    if database.is_sqlite:
        with database.engine.begin() as connection:
            jobs.release_all(connection)
    database.engine.dispose()


def operators() -> ModuleType:
    """What an operator does beside a running server."""
    from aerostack_server import operators

    return operators


def has_account(data: Path) -> bool:
    """Whether the server of this machine has an account."""
    from aerostack_server.identity import users

    return _database(data).read_now(users.any_account)


def create_account(data: Path, *, email: str, password: str) -> None:
    """The first account, with its owner. Raises ``AerostackError`` when it cannot be."""
    from aerostack.errors import AerostackError
    from aerostack_server.identity import passwords, users
    from aerostack_server.problems import Problem

    try:
        hashed = passwords.hashed(password)
        _database(data).write_now(
            lambda connection: users.create_account(
                connection, name=email.partition("@")[0], address=email, password_hash=hashed
            )
        )
    except Problem as problem:
        raise AerostackError(problem.message, hint=problem.hint, code=problem.code) from None


def is_key(data: Path, key: str) -> bool:
    """Whether the server of this machine accepts a key."""
    from aerostack_server.identity import keys

    return _database(data).read_now(lambda connection: keys.is_good(connection, key))


def create_key(data: Path, *, name: str) -> str:
    """A key of the first account, which may do everything in it."""
    from sqlalchemy import Connection, select

    from aerostack_server.database import tables
    from aerostack_server.identity import keys

    def work(connection: Connection) -> str:
        account = connection.scalar(select(tables.accounts.c.id).order_by(tables.accounts.c.created_at))
        return keys.new(connection, account=str(account), name=name, scopes=keys.SCOPES).key

    return _database(data).write_now(work)


def _database(data: Path) -> Database:
    from aerostack_server.database import Database

    # Nothing of the environment: what is there may be meant for another server, or for no server at all.
    return Database(from_environment({"AEROSTACK_SERVER_DATA": str(data)}).database_url)
