"""resolve: observe the account and say, for every resource, the Worker and its address, what will be done and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack.errors import ConflictError, NotFoundError, RemoteError
from aerostack.model import Action, Bundle, Journals, JournalView, Policy, Project, Resolution, Resource, Tools
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.connection import connect
from aerostack_cfapi.keys import check_keys
from aerostack_cfapi.metadata import content_hash, metadata
from aerostack_cfapi.observed import Observed, Seen, Worker, observe
from aerostack_cfapi.settings import CfapiSettings

_LABELS = {"d1": "D1 database", "kv": "KV namespace", "r2": "R2 bucket", "queue": "queue"}


def resolve(project: Project, settings: CfapiSettings, policy: Policy, journals: Journals, tools: Tools) -> Resolution:
    """Plan. The code is built while the reads are on the wire."""
    check_keys(project)
    bundle = tools.bundle(project)
    cloudflare = connect(project, settings, tools)
    tools.step(f"reading the account {cloudflare.account_id}")
    journal = journals.at(cloudflare.account_id)
    observed = observe(cloudflare, project, journal, settings.concurrency)
    _check_rollout(project, observed.worker, settings)
    _check_subdomain(project, observed)
    actions = [
        plan_resource(resource, observed.resources[resource.key], journal, policy) for resource in project.resources
    ]
    actions.append(plan_worker(project, observed.worker, actions, bundle.result()))
    actions.append(plan_address(project, observed.worker))
    return Resolution(
        target=cloudflare.account_id,
        actions=tuple(actions),
        notes=_notes(project, observed.worker, actions),
        details=_details(observed),
    )


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


def plan_worker(project: Project, worker: Worker | None, resources: list[Action], bundle: Bundle) -> Action:
    """The upload. It is spared when the live version carries the hash of what would be uploaded."""

    def action(verb: Any, remote_id: str | None, reason: str) -> Action:
        return Action(verb=verb, kind="worker", key="worker", name=project.name, id=remote_id, reason=reason)

    if worker is None:
        return action("create", None, "there is no Worker of that name")
    live = worker.versions[0][0] if worker.versions else None
    ids = {item.key: item.id for item in resources}
    if any(remote_id is None for remote_id in ids.values()):
        return action("update", live, "its bindings change")
    known: Mapping[str, str] = {key: remote_id for key, remote_id in ids.items() if remote_id is not None}
    wanted = content_hash(metadata(project, bundle, bindings(project, known)), bundle)
    if worker.content_hash == wanted:
        return action("keep", live, "code and configuration are live already")
    return action("update", live, "code or configuration changed")


def plan_address(project: Project, worker: Worker | None) -> Action:
    """The Worker's address on workers.dev."""
    enabled, previews = wanted_address(project)
    state = "on" if enabled else "off"
    current = (worker.workers_dev, worker.preview_urls) if worker else (False, False)
    same = current == (enabled, current[1] if previews is None else previews)
    return Action(
        verb="keep" if same else "update",
        kind="workers.dev",
        key="workers.dev",
        name=project.name,
        reason=f"is {state}" if same else f"turn {state}",
    )


def wanted_address(project: Project) -> tuple[bool, bool | None]:
    """Whether the Worker is to answer on workers.dev, and its previews too; ``None`` leaves previews as they are."""
    enabled, previews = project.config.get("workers_dev"), project.config.get("preview_urls")
    return (enabled if isinstance(enabled, bool) else True), (previews if isinstance(previews, bool) else None)


def _check_rollout(project: Project, worker: Worker | None, settings: CfapiSettings) -> None:
    if worker is None or len(worker.versions) < 2 or settings.end_rollout:
        return
    split = "/".join(f"{percentage:g}" for _, percentage in worker.versions)
    raise ConflictError(
        f"a gradual rollout of {project.name} is under way ({split} %), and a deploy would end it",
        applied=False,
        hint="finish the rollout first, or end it with -o end_rollout=true",
    )


def _check_subdomain(project: Project, observed: Observed) -> None:
    if wanted_address(project)[0] and observed.account_subdomain is None:
        raise RemoteError(
            "this account has no workers.dev subdomain yet, so the Worker would have no address (code 10063)",
            applied=False,
            hint="register one in the Cloudflare dashboard under Workers & Pages, or set workers_dev = false",
            code="no_subdomain",
        )


def _notes(project: Project, worker: Worker | None, actions: list[Action]) -> tuple[str, ...]:
    notes = []
    for resource, action in zip(project.resources, actions, strict=False):
        bound = worker.bound(resource) if worker else None
        if bound and action.id and resource.kind in ("d1", "kv") and bound != action.id:
            notes.append(f"the binding {resource.binding} moves from {bound} to {action.id}, as aerostack.toml says")
    unset = [name for name in project.required_secrets if worker is None or name not in worker.secrets]
    if unset:
        notes.append(
            f"required secrets that are not set on {project.name}: {', '.join(unset)} "
            f"(after the deploy: `wrangler secret put {unset[0]} --name {project.name}`, or in the dashboard)"
        )
    return tuple(notes)


def _details(observed: Observed) -> dict[str, Any]:
    worker = observed.worker
    return {
        "account_subdomain": observed.account_subdomain,
        "url": worker.url if worker else None,
    }
