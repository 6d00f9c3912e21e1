"""What will be done with each resource, and why."""

from __future__ import annotations

from typing import Any

from aerostack.errors import ConflictError, NotFoundError
from aerostack.model import Action, JournalView, Policy, Project, Resource
from aerostack_cloudflare.project.observed import Observed
from aerostack_cloudflare.project.survey import Seen

_LABELS = {"d1": "D1 database", "kv": "KV namespace", "r2": "R2 bucket", "queue": "queue"}


def plan_resources(project: Project, observed: Observed, journal: JournalView, policy: Policy) -> list[Action]:
    """One action for each resource, in the project's order. Raises ``NotFoundError`` and ``ConflictError``."""
    return [
        plan_resource(resource, observed.resources[resource.key], journal, policy) for resource in project.resources
    ]


def plan_resource(resource: Resource, seen: Seen, journal: JournalView, policy: Policy) -> Action:
    """One resource. The id in the file wins, then what the live Worker is bound to, then the journal, then the name."""

    def action(verb: Any, remote_id: str | None, reason: str) -> Action:
        return Action(verb=verb, kind=resource.kind, key=resource.key, name=resource.name, id=remote_id, reason=reason)

    label = _LABELS[resource.kind]
    if resource.id is not None:
        if seen.by_id is None:
            raise NotFoundError(
                f"the {label} {resource.id} of the binding `{resource.binding}` does not exist in this account",
                applied=False,
                where=resource.where,
                hint="correct the id, or remove it and deploy again to have one created",
            )
        return action("keep", resource.id, "the id in aerostack.toml")
    if seen.bound is not None and resource.kind in ("d1", "kv"):
        return action("keep", seen.bound, "bound to the live Worker")
    if seen.by_id is not None:
        return action("keep", seen.by_id, "recorded in the journal")
    if seen.by_name is None and not policy.provision:
        raise NotFoundError(
            f"there is no {label} named {resource.name}, and --no-provision forbids to create it",
            applied=False,
            where=resource.where,
            hint="deploy without --no-provision, or create it first",
        )
    if seen.by_name is None:
        return action("create", None, f"there is no {label} of that name")
    if resource.kind in ("r2", "queue"):
        # Their name is their id, and it stands in the file: naming it is the will to use it.
        return action("keep", seen.by_name, "exists")
    if journal.intended(resource.key, resource.name):
        return action("adopt", seen.by_name, "created by a run that was interrupted")
    if policy.adopts(resource.kind, resource.name):
        return action("adopt", seen.by_name, "allowed by --adopt")
    raise ConflictError(
        f"a {label} named {resource.name} exists already, and this project did not create it",
        applied=False,
        where=resource.where,
        hint=f"use it: --adopt {resource.kind}/{resource.name}; or give the binding `{resource.binding}` its own",
    )
