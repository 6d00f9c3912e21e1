"""The migrations lead to the tables that the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from aerostack_server import database as package
from aerostack_server.database import Database, migrate_apart, tables

VERSIONS = Path(package.__file__).parent / "migrations" / "versions"


def test_the_database_has_the_tables_of_the_code(server):
    database = Database(server.database_url)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    database.engine.dispose()
    assert differences == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_version_before_goes_on_with_a_database_of_the_next(new_database, kind):
    url = new_database(kind)
    migrate_apart(url)
    database = Database(url)
    later = text("UPDATE alembic_version SET version_num = '9999'")
    database.write_now(lambda connection: connection.execute(later))
    migrate_apart(url)
    found = database.read_now(lambda connection: connection.scalar(text("SELECT version_num FROM alembic_version")))
    assert found == "9999"
    database.engine.dispose()


def test_the_names_of_migrations_are_in_their_order():
    names = [path.name.partition("_")[0] for path in sorted(VERSIONS.glob("[0-9]*.py"))]
    assert names == [f"{number:04}" for number in range(1, len(names) + 1)]
