"""What a project owns in an account: what its file names, what its live Worker uses, and what was made from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from aerostack.capabilities import OpenJournals, OwnedResource
from aerostack.errors import NotFoundError, RemoteError
from aerostack.http import parallel
from aerostack.model import Created, JournalView, Project, Resource, Tools
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.kv import Namespace
from aerostack_cloudflare.project.live import live_id
from aerostack_cloudflare.script import ScriptSettings

#: A read may lag behind a deletion: seconds between two looks.
_GRACE = (0.25, 0.75, 2.0)


_Identity: TypeAlias = "tuple[str, str | None, str | None]"


@dataclass(frozen=True, slots=True)
class _Found:
    """``id`` is that of the account, ``name`` the one that it has there."""

    id: str
    name: str


def listed(
    cloudflare: Cloudflare, project: Project, journals: OpenJournals, concurrency: int
) -> tuple[OwnedResource, ...]:
    """Those that exist, in one round of reads. Raises ``RemoteError``: what could not be read is not gone."""
    journal = journals.at(cloudflare.account_id)
    ours = tuple(item for item in journal.owned() if not item.deleted)
    named = {resource.key: _named(resource, journal) for resource in project.resources}
    settings, found = _look(cloudflare, project, tuple(dict.fromkeys((*named.values(), *ours))), concurrency)
    used = {live_id(binding) for binding in settings.bindings} if settings else set()
    made = {_identity(item, found[item]): item.id is not None for item in ours if found[item]}
    bindings: dict[_Identity, list[str]] = {}
    for resource in project.resources:
        item = named[resource.key]
        bindings.setdefault(_identity(item, found[item]), []).append(resource.binding or resource.name)
    resources = {}
    for item, there in found.items():
        if there is None:
            continue
        identity = _identity(item, there)
        resources[identity] = OwnedResource(
            kind=item.kind,
            name=there.name,
            id=there.id,
            bindings=tuple(bindings.get(identity, ())),
            made=(made[identity] or None) if identity in made else False,
            live=bool({(item.kind, there.id), (item.kind, there.name)} & used),
            jurisdiction=item.jurisdiction,
        )
    gone = (
        OwnedResource(
            kind=item.kind,
            name=item.name,
            id=item.id or item.name,
            bindings=(),
            made=True,
            live=False,
            jurisdiction=item.jurisdiction,
            exists=False,
        )
        for item in journal.owned()
        if item.deleted or not found[item]
    )
    return (*resources.values(), *gone)


def _identity(item: Created, there: _Found | None) -> _Identity:
    return item.kind, there.id if there else None, item.jurisdiction


def _look(
    cloudflare: Cloudflare, project: Project, wanted: tuple[Created, ...], concurrency: int
) -> tuple[ScriptSettings | None, dict[Created, _Found | None]]:
    """The live settings, and what there is of each. KV has no lookup by name: one list answers for all."""
    others = [item for item in wanted if item.kind != "kv"]
    reads: tuple[Callable[[], Any], ...] = (
        lambda: cloudflare.scripts.settings(project.name),
        cloudflare.kv.list if len(others) < len(wanted) else tuple,
        *(_lookup(cloudflare, item) for item in others),
    )
    settings, namespaces, *answers = parallel(*reads, limit=concurrency)
    found = dict(zip(others, answers, strict=True))
    return settings, {item: found[item] if item in found else _namespace(namespaces, item) for item in wanted}


def delete(cloudflare: Cloudflare, resource: OwnedResource, journals: OpenJournals, tools: Tools) -> OwnedResource:
    """Delete it with its data. Raises ``RemoteError``; when it cannot be seen whether it is gone, ``applied`` is
    ``None``.
    """
    journal = journals.at(cloudflare.account_id)
    item = Created(kind=resource.kind, name=resource.name, id=resource.id, jurisdiction=resource.jurisdiction)
    tools.step(f"deleting {resource.kind} {resource.name}")
    doubt: RemoteError | None = None
    try:
        _delete(cloudflare, item)
    except NotFoundError:
        # A request of ours whose answer was lost, or somebody who meant the same: the look decides.
        pass
    except RemoteError as error:
        if error.applied is not None:
            raise
        doubt = error
    _see_gone(cloudflare, item, doubt)
    for created in journal.owned():
        if created.kind == item.kind and item.name == created.name and created.id in (None, item.id):
            journal.deleted(created)
    return resource


def _named(resource: Resource, journal: JournalView) -> Created:
    """What the file means: a name is the identity of a bucket and a queue, which no id can tell better."""
    if resource.kind in ("r2", "queue"):
        return Created.of(resource, resource.name if resource.kind == "r2" else None)
    return Created.of(resource, resource.id or journal.known(resource.key))


def _lookup(cloudflare: Cloudflare, item: Created) -> Callable[[], _Found | None]:
    def database() -> _Found | None:
        found = cloudflare.d1.get(item.id or item.name)
        return _Found(found.id, found.name) if found else None

    def bucket() -> _Found | None:
        found = cloudflare.r2.get(item.name, item.jurisdiction)
        return _Found(found.name, found.name) if found else None

    def queue() -> _Found | None:
        found = cloudflare.queues.find(item.name)
        # One that was deleted and made anew by somebody has another id.
        return _Found(found.id, found.name) if found and item.id in (None, found.id) else None

    def namespace() -> _Found | None:
        return _namespace(cloudflare.kv.list(), item)

    return {"d1": database, "r2": bucket, "queue": queue, "kv": namespace}[item.kind]


def _namespace(namespaces: Sequence[Namespace], item: Created) -> _Found | None:
    for namespace in namespaces:
        if namespace.id == item.id or (item.id is None and namespace.title == item.name):
            return _Found(namespace.id, namespace.title)
    return None


def _delete(cloudflare: Cloudflare, item: Created) -> None:
    identity = item.id or item.name
    if item.kind == "d1":
        cloudflare.d1.delete(identity)
    elif item.kind == "kv":
        cloudflare.kv.delete(identity)
    elif item.kind == "r2":
        cloudflare.r2.delete(item.name, item.jurisdiction)
    else:
        cloudflare.queues.delete(identity)


def _see_gone(cloudflare: Cloudflare, item: Created, doubt: RemoteError | None) -> None:
    """Raise ``doubt``, an error that does not tell whether it is, or another one, when it is still there."""
    look = _lookup(cloudflare, item)
    try:
        for wait in _GRACE:
            if look() is None:
                return
            cloudflare.wait(wait)
        gone = look() is None
    except RemoteError as error:
        error.applied = None
        raise
    if not gone and doubt is not None:
        raise doubt
    if not gone:
        raise RemoteError(
            f"the account accepted the deletion of {item.kind} {item.name}, but still shows it",
            applied=None,
            hint="see what `aerostack resources` says in a minute",
            code="not_visible",
        )
