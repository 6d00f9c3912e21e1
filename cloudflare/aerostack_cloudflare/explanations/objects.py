"""Codes about Durable Objects: the binding or the migration that Cloudflare means, by the name of its class."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aerostack.errors import Location
from aerostack.model import Diagnosis, Project
from aerostack_cloudflare.explanations.entries import entries
from aerostack_cloudflare.explanations.explanation import Explanation
from aerostack_cloudflare.explanations.failure import Failure

_CLASS = re.compile(r"""class ['"`]([\w$]+)['"`]""")


def unknown_class(found: Failure, row: Explanation, project: Project) -> Diagnosis | None:
    """The binding to a class that no migration has made."""
    name = _named(found)
    for entry in entries(project):
        if entry.table == "durable_objects.bindings" and entry.target == name:
            return Diagnosis(
                message=f"the binding `{entry.binding}` is to the class `{name}`, which no migration has made",
                hint=row.fix,
                where=entry.where,
            )
    return None


def refused_migration(found: Failure, row: Explanation, project: Project) -> Diagnosis | None:
    """The migration that names the class; the last one, as those before it have been applied."""
    name = _named(found)
    where = _migration(project, name) if name else None
    return Diagnosis(message=row.means, hint=row.fix, where=where) if where else None


def _named(found: Failure) -> str | None:
    match = _CLASS.search(found.text)
    return match[1] if match else None


def _migration(project: Project, name: str) -> Location | None:
    listed = project.config.get("migrations")
    for number, migration in reversed(list(enumerate(listed if isinstance(listed, list | tuple) else ()))):
        for key, value in migration.items() if isinstance(migration, Mapping) else ():
            if isinstance(value, list | tuple) and any(name in _names(item) for item in value):
                at = f"migrations[{number}]"
                return project.where.get(f"{at}.{key}") or project.where.get(at)
    return None


def _names(item: object) -> tuple[object, ...]:
    return tuple(item.values()) if isinstance(item, Mapping) else (item,)
