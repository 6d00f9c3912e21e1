"""The migrations of a database on Aerostack."""

from __future__ import annotations

from aerostack.capabilities import Migration
from aerostack.errors import ConfigError, Location, RemoteError
from aerostack.model import Project, Resource, Tools
from aerostack_hosted import place as places
from aerostack_hosted.api import migrations
from aerostack_hosted.settings import HostedSettings

#: The only table that the server knows.
_TABLE = "d1_migrations"


def applied(
    project: Project, database: Resource, table: str, settings: HostedSettings, tools: Tools
) -> tuple[str, ...]:
    """The names of those that are in the database."""
    _check(project, database, table)
    place = places.find(project, settings, tools)
    return migrations.listed(place.api, place.project, place.environment, database.binding)


def apply(
    project: Project, database: Resource, table: str, migration: Migration, settings: HostedSettings, tools: Tools
) -> Migration:
    """Apply one. The server notes it, in the same transaction."""
    _check(project, database, table)
    place = places.find(project, settings, tools)
    tools.step(f"applying {migration.name} to {database.binding}")
    try:
        migrations.apply(
            place.api,
            place.project,
            place.environment,
            database.binding,
            name=migration.name,
            sql=migration.sql,
        )
    except RemoteError as error:
        error.where = error.where or Location(migration.path)
        if error.status == 422:
            error.hint = "nothing of it was applied: correct the file, then run the same command again"
        raise
    return migration


def _check(project: Project, database: Resource, table: str) -> None:
    if table == _TABLE:
        return
    places = (where for path, where in project.where.items() if path.endswith(".migrations_table"))
    raise ConfigError(
        f"Aerostack keeps the applied migrations in {_TABLE}, and nowhere else",
        key="migrations_table",
        hint="remove migrations_table there",
        where=next(places, database.where),
        code="unsupported_key",
    )
