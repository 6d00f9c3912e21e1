"""The reads beyond a glance: what the account holds of all that a project names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aerostack.http import parallel
from aerostack.model import JournalView, Project, Resource
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.kv import Namespace
from aerostack_cloudflare.project.triggers import wanted_consumers
from aerostack_cloudflare.script import ScriptSettings, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found for one resource: by the id in the file or the journal, by its name, and what the Worker uses.

    ``bound`` exists too: a live Worker may refer to a thing that was deleted since.
    """

    by_id: str | None = None
    by_name: str | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The answers. ``settings`` is ``None`` when there is no such Worker; ``lookups`` are in the order of resources.

    Nothing is looked up for a queue that the project consumes: a glance shows it. ``migration_tag`` is ``None`` where
    the project has no migrations.
    """

    settings: ScriptSettings | None
    versions: tuple[Version, ...]
    account_subdomain: str | None
    namespaces: tuple[Namespace, ...]
    migration_tag: str | None
    lookups: tuple[Seen, ...]


def survey(cloudflare: Cloudflare, project: Project, journal: JournalView, concurrency: int) -> Survey:
    """One round of parallel reads."""
    scripts, name = cloudflare.scripts, project.name
    namespaces = any(resource.kind == "kv" for resource in project.resources)
    reads: tuple[Callable[[], Any], ...] = (
        lambda: scripts.settings(name),
        lambda: scripts.versions(name),
        cloudflare.subdomain.get,
        cloudflare.kv.list if namespaces else tuple,
        (lambda: scripts.migration_tag(name)) if project.config.get("migrations") else lambda: None,
    )
    consumed = {wanted.queue for wanted in wanted_consumers(project)}
    lookups = tuple(
        Seen if resource.kind == "queue" and resource.name in consumed else _lookup(cloudflare, resource, journal)
        for resource in project.resources
    )
    settings, versions, subdomain, listed, tag, *found = parallel(*(reads + lookups), limit=concurrency)
    return Survey(
        settings=settings,
        versions=versions,
        account_subdomain=subdomain,
        namespaces=tuple(listed),
        migration_tag=tag,
        lookups=tuple(found),
    )


def _lookup(cloudflare: Cloudflare, resource: Resource, journal: JournalView) -> Callable[[], Seen]:
    """The reads for one resource, as one piece of work."""
    known = resource.id or journal.known(resource.key)

    def database() -> Seen:
        if known:
            found = cloudflare.d1.get(known)
            if found or resource.id:
                return Seen(by_id=found.id if found else None)
        named = cloudflare.d1.get(resource.name)
        return Seen(by_name=named.id if named else None)

    def bucket() -> Seen:
        jurisdiction = resource.options.get("jurisdiction")
        named = cloudflare.r2.get(resource.name, jurisdiction if isinstance(jurisdiction, str) else None)
        return Seen(by_name=named.name if named else None)

    def queue() -> Seen:
        named = cloudflare.queues.find(resource.name)
        return Seen(by_name=named.id if named else None)

    # KV has no lookup by name: the list of namespaces, read once for all, answers for every one.
    return {"d1": database, "r2": bucket, "queue": queue, "kv": Seen}[resource.kind]
