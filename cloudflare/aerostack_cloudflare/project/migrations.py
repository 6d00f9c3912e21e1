"""The migrations of a project's database: which database that is, and what is noted of it."""

from __future__ import annotations

from aerostack.capabilities import Migration, OpenJournals
from aerostack.errors import ConfigError, Location, NotFoundError, RemoteError
from aerostack.model import Project, Resource, Tools
from aerostack_cloudflare import migrations
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.live import live_id


def applied(
    cloudflare: Cloudflare, project: Project, database: Resource, table: str, journals: OpenJournals
) -> tuple[str, ...]:
    """The names of those that are in the database. Reads only."""
    return migrations.listed(cloudflare.d1, find(cloudflare, project, database, journals), table)


def apply(
    cloudflare: Cloudflare,
    project: Project,
    database: Resource,
    table: str,
    migration: Migration,
    journals: OpenJournals,
    tools: Tools,
) -> Migration:
    """Apply one. The journal says which one was on the way and which the last one was; the database says what is."""
    journal = journals.at(cloudflare.account_id)
    remote_id = find(cloudflare, project, database, journals)
    key = f"migration/{database.binding}"
    last = journal.known(key)
    journal.intend(key, migration.name)
    tools.step(f"applying {migration.name} to {database.name}")
    try:
        migrations.apply(cloudflare.d1, remote_id, migration.name, migration.sql, table)
    except (ConfigError, RemoteError) as error:
        error.where = error.where or Location(migration.path)
        if getattr(error, "applied", False) is False:
            if last is None:
                journal.forget(key)
            else:
                journal.record(key, last)
        if isinstance(error, RemoteError) and error.status == 400:
            error.hint = "nothing of it was applied: correct the file, then run the same command again"
        raise
    journal.record(key, migration.name)
    return migration


def find(cloudflare: Cloudflare, project: Project, database: Resource, journals: OpenJournals) -> str:
    """The database's id: the one in the file, in the journal, or that the live Worker is bound to."""
    known = database.id or journals.at(cloudflare.account_id).known(database.key)
    if known:
        return known
    live = cloudflare.scripts.settings(project.name)
    for binding in live.bindings if live else ():
        found = live_id(binding)
        if binding.get("name") == database.binding and found and found[0] == "d1":
            return found[1]
    raise NotFoundError(
        f"the D1 database of the binding `{database.binding}` does not exist yet",
        applied=False,
        where=database.where,
        hint="deploy first, which creates it, with the same --env and --backend",
    )
