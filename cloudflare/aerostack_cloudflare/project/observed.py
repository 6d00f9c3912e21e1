"""What the account holds now, as far as a plan needs it: one round of parallel reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aerostack.http import parallel
from aerostack.model import JournalView, Project, Resource
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.live import live_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found for one resource: by the id in the file or the journal, by its name, and what the Worker uses.

    ``bound`` exists too: a live Worker may refer to a thing that was deleted since.
    """

    by_id: str | None = None
    by_name: str | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The live Worker. ``versions`` are its ids and percentages; ``tag`` is the ``workers/tag`` of the only one."""

    bindings: tuple[Mapping[str, Any], ...]
    versions: tuple[tuple[str, float], ...]
    tag: str | None
    workers_dev: bool
    preview_urls: bool
    url: str | None

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
    """The account as one round of reads saw it. ``worker`` is ``None`` when there is none of that name."""

    account_subdomain: str | None
    worker: Worker | None
    resources: Mapping[str, Seen]


def observe(cloudflare: Cloudflare, project: Project, journal: JournalView, concurrency: int) -> Observed:
    """Read everything at once. A read that fails is an error, never "there is none"."""
    scripts, name = cloudflare.scripts, project.name
    namespaces = any(resource.kind == "kv" for resource in project.resources)
    reads: tuple[Callable[[], Any], ...] = (
        lambda: scripts.settings(name),
        lambda: scripts.deployments(name),
        lambda: scripts.versions(name),
        lambda: scripts.worker(name),
        cloudflare.subdomain.get,
        cloudflare.kv.list if namespaces else tuple,
    )
    lookups = tuple(_lookup(cloudflare, resource, journal) for resource in project.resources)
    results = list(parallel(*(reads + lookups), limit=concurrency))
    settings, deployments, versions, detail, subdomain, listed, *seen = results
    ids = {namespace.id for namespace in listed}
    titles = {namespace.title: namespace.id for namespace in listed}
    resources = {
        resource.key: _seen_namespace(resource, journal, ids, titles) if resource.kind == "kv" else found
        for resource, found in zip(project.resources, seen, strict=True)
    }
    worker: Worker | None = None
    if settings is not None:
        live: tuple[tuple[str, float], ...] = deployments[0].versions if deployments else ()
        tags = {version.id: version.annotations.get("workers/tag") for version in versions}
        worker = Worker(
            bindings=settings.bindings,
            versions=live,
            tag=tags.get(live[0][0]) if len(live) == 1 else None,
            workers_dev=bool(detail and detail.enabled),
            preview_urls=bool(detail and detail.previews_enabled),
            url=detail.url if detail else None,
        )
    if worker is not None:
        uses = tuple(_use(cloudflare, resource, worker, resources[resource.key], ids) for resource in project.resources)
        found = parallel(*uses, limit=concurrency)
        resources = {key: replace(seen, bound=use) for (key, seen), use in zip(resources.items(), found, strict=True)}
    return Observed(account_subdomain=subdomain, worker=worker, resources=resources)


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
