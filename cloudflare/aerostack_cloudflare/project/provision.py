"""provision: create what the plan says, each creation announced in the journal before and recorded after."""

from __future__ import annotations

from collections.abc import Callable

from aerostack.errors import ConflictError, RemoteError, StaleError
from aerostack.http import parallel
from aerostack.model import (
    Action,
    Created,
    Journal,
    Project,
    Provisioned,
    ProvisionedResource,
    Resolution,
    Resource,
    Tools,
)
from aerostack_cloudflare.account import Cloudflare

# How many creations an account takes at once without refusing some is not documented.
_CREATIONS = 6

_OUTCOMES = {"create": "created", "adopt": "adopted", "keep": "found"}


def provision(
    connect: Callable[[], Cloudflare],
    project: Project,
    resolution: Resolution,
    journal: Journal,
    tools: Tools,
    concurrency: int,
) -> Provisioned:
    """Every resource of the project, existing. ``connect`` is called when something has to be created."""
    planned = {action.key: action for action in resolution.actions}
    ids: dict[str, str] = {}
    creations: list[tuple[Resource, Action]] = []
    for resource in project.resources:
        action = planned[resource.key]
        if action.id is None:
            creations.append((resource, action))
            continue
        if _was_announced(resource, action, journal):
            journal.created(resource, action.id)
        else:
            journal.record(resource.key, action.id)
        ids[resource.key] = action.id
        if action.writes:
            tools.done(action)
    if creations:
        cloudflare = connect()
        work = [_creation(cloudflare, group, journal, tools) for group in _same_name(creations)]
        for made in parallel(*work, limit=min(concurrency, _CREATIONS)):
            ids |= made
    return Provisioned(
        resources=tuple(
            ProvisionedResource(
                key=resource.key,
                kind=resource.kind,
                binding=resource.binding,
                name=resource.name,
                id=ids[resource.key],
                outcome=_OUTCOMES[planned[resource.key].verb],  # type: ignore[arg-type]
            )
            for resource in project.resources
        )
    )


def _was_announced(resource: Resource, action: Action, journal: Journal) -> bool:
    """Whether what was found by its name is what a run that was interrupted made, or was about to make."""
    by_name = action.verb == "adopt" or resource.kind in ("r2", "queue")
    return by_name and journal.intended(resource.key, resource.name)


def _same_name(creations: list[tuple[Resource, Action]]) -> list[list[tuple[Resource, Action]]]:
    """Bindings that mean the same thing: created once."""
    groups: dict[tuple[str, str], list[tuple[Resource, Action]]] = {}
    for resource, action in creations:
        groups.setdefault((resource.kind, resource.name), []).append((resource, action))
    return list(groups.values())


def _creation(
    cloudflare: Cloudflare, group: list[tuple[Resource, Action]], journal: Journal, tools: Tools
) -> Callable[[], dict[str, str]]:
    def create() -> dict[str, str]:
        first = group[0][0]
        interrupted = any(journal.intended(resource.key, resource.name) for resource, _ in group)
        for resource, _ in group:
            journal.create(resource)
        try:
            remote_id = _create(cloudflare, first)
        except ConflictError as error:
            # Somebody made it after the plan was: it is not known to be ours, so the intent must not claim it. If an
            # earlier run had announced it, it is that one's, and the reads of the plan were behind.
            for resource, _ in group:
                if not interrupted:
                    journal.forget(resource.key)
                    journal.disown(Created.of(resource))
            raise StaleError(
                f"{error.message}; somebody created it after the plan was made",
                status=error.status,
                remote_code=error.remote_code,
                operation=error.operation,
                applied=False,
                where=error.where or first.where,
                hint="see what `aerostack plan` says now",
            ) from error
        except RemoteError as error:
            error.where = error.where or first.where
            raise
        for resource, action in group:
            journal.created(resource, remote_id)
            tools.done(action)
        return {resource.key: remote_id for resource, _ in group}

    return create


def _create(cloudflare: Cloudflare, resource: Resource) -> str:
    jurisdiction = resource.options.get("jurisdiction")
    place = jurisdiction if isinstance(jurisdiction, str) else None
    if resource.kind == "d1":
        return cloudflare.d1.create(resource.name, place).id
    if resource.kind == "kv":
        return cloudflare.kv.create(resource.name).id
    if resource.kind == "r2":
        return cloudflare.r2.create(resource.name, place).name
    return cloudflare.queues.create(resource.name).id
