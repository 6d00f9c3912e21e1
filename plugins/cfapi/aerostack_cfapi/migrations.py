"""Migrations of Durable Objects: which of the file's the live Worker has not had yet. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.errors import ConfigError
from aerostack.model import Action, Project

_KIND = "migrations"


def wanted_tag(project: Project) -> str | None:
    """The tag of the last migration in the file; ``None`` when there is none."""
    migrations = _listed(project)
    return str(migrations[-1]["tag"]) if migrations else None


def pending(project: Project, applied: str | None) -> Sequence[Mapping[str, Any]]:
    """The migrations after the one with the tag ``applied``, which the live Worker has.

    Raises ``ConfigError`` for a tag that the file does not have: which of its migrations are new cannot be known then.
    """
    migrations = _listed(project)
    if not migrations or applied is None:
        return migrations
    tags = [str(migration["tag"]) for migration in migrations]
    if applied not in tags:
        raise ConfigError(
            f"the live Worker {project.name} has had the migration `{applied}`, which the file does not have",
            key="migrations",
            where=project.where.get("migrations[0]") or project.where.get("migrations"),
            hint="write it before the new ones; the backend `wrangler` would apply all that are there",
            code="unknown_migration",
        )
    return migrations[tags.index(applied) + 1 :]


def document(migrations: Sequence[Mapping[str, Any]], applied: str | None) -> dict[str, Any]:
    """The ``migrations`` of an upload."""
    steps = [{key: value for key, value in migration.items() if key != "tag"} for migration in migrations]
    made: dict[str, Any] = {"new_tag": migrations[-1]["tag"], "steps": steps}
    return made | ({"old_tag": applied} if applied else {})


def plan_migrations(project: Project, migrations: Sequence[Mapping[str, Any]], applied: str | None) -> list[Action]:
    """One action when the file has any."""
    if not _listed(project):
        return []
    tags = ", ".join(str(migration["tag"]) for migration in migrations)
    lost = [name for migration in migrations for name in migration.get("deleted_classes", ())]
    reason = f"apply {tags}" + (f", which deletes all objects of {', '.join(lost)}" if lost else "")
    return [
        Action(
            verb="update" if migrations else "keep",
            kind=_KIND,
            key=_KIND,
            name=project.name,
            id=applied,
            reason=reason if migrations else f"{applied} is applied",
        )
    ]


def _listed(project: Project) -> Sequence[Mapping[str, Any]]:
    migrations = project.config.get("migrations")
    if not isinstance(migrations, list | tuple):
        return ()
    return [migration for migration in migrations if isinstance(migration, Mapping)]
