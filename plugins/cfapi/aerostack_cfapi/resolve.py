"""resolve: observe the account and say, for every resource, the Worker and its address, what will be done and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack import assets
from aerostack.model import Action, Bundle, Journals, Policy, Project, Resolution, Tools
from aerostack_cfapi.account import connect
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.keys import check_keys
from aerostack_cfapi.metadata import content_hash, metadata, tagged_hash
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cloudflare.project.address import check_subdomain
from aerostack_cloudflare.project.notes import notes
from aerostack_cloudflare.project.observed import Observed, Worker, observe
from aerostack_cloudflare.project.plan import plan_resources
from aerostack_cloudflare.project.rollout import check_rollout


def resolve(project: Project, settings: CfapiSettings, policy: Policy, journals: Journals, tools: Tools) -> Resolution:
    """Plan. The code is built while the reads are on the wire."""
    check_keys(project)
    bundle = tools.bundle(project)
    cloudflare = connect(project, settings, tools)
    tools.step(f"reading the account {cloudflare.account_id}")
    journal = journals.at(cloudflare.account_id)
    observed = observe(cloudflare, project, journal, settings.concurrency)
    check_rollout(project, observed.worker, allowed=settings.end_rollout)
    if wanted_address(project)[0]:
        check_subdomain(observed)
    actions = plan_resources(project, observed, journal, policy)
    actions.append(plan_worker(project, observed.worker, actions, bundle.result()))
    actions.append(plan_address(project, observed.worker))
    return Resolution(
        target=cloudflare.account_id,
        actions=tuple(actions),
        notes=(*notes(project, observed.worker, actions), *assets.notes(bundle.result().assets)),
        details=_details(observed),
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
    if tagged_hash(worker.tag) == wanted:
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


def _details(observed: Observed) -> dict[str, Any]:
    worker = observed.worker
    return {
        "account_subdomain": observed.account_subdomain,
        "url": worker.url if worker else None,
    }
