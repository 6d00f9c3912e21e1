"""Bring the database to the schema of this version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from aerostack.errors import ConfigError
from aerostack_server.database.database import Database

_SCRIPTS = Path(__file__).with_name("migrations")
#: Any number: it is the name of a lock in PostgreSQL.
_LOCK = 4780


def migrate_apart(url: str) -> None:
    """As ``migrate``, in a process of its own: alembic is 11 MiB that a server would carry for ever.

    Raises ``ConfigError`` when the database cannot be brought up to date.
    """
    database = Database(url)
    try:
        if _is_new_enough(_current(database)):
            return
    finally:
        database.engine.dispose()
    # Its address may hold a password, which the environment shows to nobody else.
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__],
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if "Error" in line]
        raise ConfigError(
            f"the database cannot be brought up to date: {said[-1] if said else 'no reason was given'}",
            key="DATABASE_URL",
            hint="check DATABASE_URL, and that its user may create tables",
        )


def migrate(database: Database) -> None:
    """Apply what is missing. Several replicas may start at once: one does it, the others wait."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            connection.commit()
        try:
            _upgrade(connection)
        finally:
            if not database.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
                connection.commit()


def _is_new_enough(revision: str | None) -> bool:
    """A later version may have been here: migrations only add, and the version before goes on with what it knows."""
    return revision is not None and revision >= _newest()


def _current(database: Database) -> str | None:
    try:
        with database.engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:  # there is no such table yet
        return None
    return str(found) if found else None


def _newest() -> str:
    """The files are named after their revisions, in order."""
    return max(path.name.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


if __name__ == "__main__":
    migrate(Database(os.environ["DATABASE_URL"]))
