"""What the account holds now, as far as a plan needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aerostack.http import parallel
from aerostack.model import JournalView, Project, Resource
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.drift import Change, drift
from aerostack_cloudflare.project.glance import Glance
from aerostack_cloudflare.project.last import recall
from aerostack_cloudflare.project.live import live_id
from aerostack_cloudflare.project.survey import Seen, Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The live Worker. ``versions`` are its ids and percentages; ``tag`` is the ``workers/tag`` of the only one.

    ``migration_tag``, that of the last migration of Durable Objects, is ``None`` where the project has none.
    """

    bindings: tuple[Mapping[str, Any], ...]
    versions: tuple[tuple[str, float], ...]
    tag: str | None
    workers_dev: bool
    preview_urls: bool
    url: str | None
    migration_tag: str | None

    def bound(self, resource: Resource) -> str | None:
        """The id that the resource's binding refers to on the live Worker."""
        for binding in self.bindings:
            found = live_id(binding)
            if binding.get("name") == resource.binding and found and found[0] == resource.kind:
                return found[1]
        return None

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the secrets that are set."""
        kinds = ("secret_text", "secret_key", "secrets_store_secret")
        return frozenset(str(binding.get("name")) for binding in self.bindings if binding.get("type") in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The account as one round of reads saw it. ``worker`` is ``None`` when there is none of that name.

    ``drift`` is what somebody changed behind the last deploy.
    """

    account_subdomain: str | None
    worker: Worker | None
    resources: Mapping[str, Seen]
    glance: Glance
    drift: tuple[Change, ...] = ()


def combine(
    cloudflare: Cloudflare, project: Project, journal: JournalView, glance: Glance, rest: Survey, concurrency: int
) -> Observed:
    """What both show. Reads once more only where the live Worker uses what was found in no other way."""
    settings, detail, listed, seen = rest.settings, glance.address, rest.namespaces, rest.lookups
    ids = {namespace.id for namespace in listed}
    titles = {namespace.title: namespace.id for namespace in listed}
    resources = {resource.key: found for resource, found in zip(project.resources, seen, strict=True)}
    for resource in project.resources:
        if resource.kind == "kv":
            resources[resource.key] = _seen_namespace(resource, journal, ids, titles)
        elif resource.kind == "queue" and resource.name in glance.queues:
            queue = glance.queues[resource.name]
            resources[resource.key] = Seen(by_name=queue.id if queue else None)
    worker: Worker | None = None
    versions = {version.id: version for version in rest.versions}
    if settings is not None:
        live = versions.get(glance.version or "")
        worker = Worker(
            bindings=settings.bindings,
            versions=glance.versions,
            tag=live.annotations.get("workers/tag") if live else None,
            workers_dev=bool(detail and detail.enabled),
            preview_urls=bool(detail and detail.previews_enabled),
            url=detail.url if detail else None,
            migration_tag=rest.migration_tag,
        )
    if worker is not None:
        uses = tuple(_use(cloudflare, resource, worker, resources[resource.key], ids) for resource in project.resources)
        found = parallel(*uses, limit=concurrency)
        resources = {key: replace(seen, bound=use) for (key, seen), use in zip(resources.items(), found, strict=True)}
    return Observed(
        account_subdomain=rest.account_subdomain,
        worker=worker,
        resources=resources,
        glance=glance,
        drift=drift(recall(journal), glance, versions),
    )


def _use(
    cloudflare: Cloudflare, resource: Resource, worker: Worker, seen: Seen, namespaces: set[str]
) -> Callable[[], str | None]:
    """What the live Worker uses, if it still exists. Only a database that was found in no other way costs a read."""
    bound = worker.bound(resource)

    def use() -> str | None:
        if bound is None or resource.id is not None or bound in (seen.by_id, seen.by_name):
            return bound
        if resource.kind == "kv":
            return bound if bound in namespaces else None
        if resource.kind == "d1":
            return bound if cloudflare.d1.get(bound) else None
        return bound

    return use


def _seen_namespace(resource: Resource, journal: JournalView, ids: set[str], titles: Mapping[str, str]) -> Seen:
    known = resource.id or journal.known(resource.key)
    return Seen(by_id=known if known in ids else None, by_name=titles.get(resource.name))
