"""Bring the database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from aerostack_server.database.database import Database

#: Any number: it is the name of a lock in PostgreSQL.
_LOCK = 4780


def migrate(database: Database) -> None:
    """Apply what is missing. Several replicas may start at once: one does it, the others wait."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            connection.commit()
        try:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        finally:
            if not database.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
                connection.commit()
