"""The migrations lead to the tables that the code knows."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from aerostack_server.database import Database, tables


def test_the_database_has_the_tables_of_the_code(server):
    database = Database(server.database_url)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    database.engine.dispose()
    assert differences == []
