"""The plan: what will be done, and why, for every resource, the Worker, its address and what else calls it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack import assets
from aerostack.model import Action, Bundle, JournalView, Policy, Project, Resolution
from aerostack_cfapi.address import wanted_address
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.domains import kept_domains, plan_domains
from aerostack_cfapi.metadata import content_hash, metadata, tagged_hash, whole_digest
from aerostack_cfapi.migrations import pending, plan_migrations, wanted_tag
from aerostack_cfapi.routes import kept_routes, plan_routes
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cfapi.triggers import kept_triggers, plan_triggers
from aerostack_cloudflare.project.address import check_subdomain
from aerostack_cloudflare.project.last import Last
from aerostack_cloudflare.project.notes import notes, unset_secrets
from aerostack_cloudflare.project.observed import Observed, Worker
from aerostack_cloudflare.project.plan import plan_resources
from aerostack_cloudflare.project.rollout import check_rollout
from aerostack_cloudflare.project.unchanged import kept
from aerostack_cloudflare.project.unversioned import changed_settings


def planned(
    project: Project,
    settings: CfapiSettings,
    policy: Policy,
    journal: JournalView,
    target: str,
    observed: Observed,
    bundle: Bundle,
    leaving: Sequence[Action] = (),
) -> Resolution:
    """The plan for an account that is as it was ``observed``, with what is ``leaving`` it.

    Raises ``ConflictError`` for what is in the way.
    """
    check_rollout(project, observed.worker, allowed=settings.end_rollout)
    if wanted_address(project)[0]:
        check_subdomain(observed)
    resources = plan_resources(project, observed, journal, policy)
    applied = observed.worker.migration_tag if observed.worker else None
    new = pending(project, applied)
    worker = plan_worker(project, observed, resources, bundle, migrates=bool(new))
    address = plan_address(project, observed.worker)
    domains = plan_domains(project, observed, policy)
    routes = plan_routes(project, observed, policy)
    calls = plan_triggers(project, observed)
    after = [*plan_migrations(project, new, applied), *domains, *routes, *leaving, *calls]
    written = {action.key for action in (worker, address, *after) if action.writes}
    return Resolution(
        target=target,
        actions=(*resources, worker, address, *after),
        notes=(*notes(project, observed.worker, resources), *assets.notes(bundle.assets)),
        drift=tuple(change.said for change in observed.drift if change.action in written),
        details=_details(observed) | ({} if written else _live_already(project, observed, resources, bundle)),
    )


def unchanged(project: Project, target: str, journal: JournalView, last: Last, bundle: Bundle) -> Resolution:
    """The plan of nothing to do: live is what the journal remembers, and it is what would be uploaded."""
    return Resolution(
        target=target,
        actions=(
            *kept(project, journal),
            _worker_action(project, "keep", last.version, _LIVE_ALREADY),
            _address_action(project, same=True),
            *plan_migrations(project, (), wanted_tag(project)),
            *kept_domains(project),
            *kept_routes(project),
            *kept_triggers(project),
        ),
        notes=(*unset_secrets(project, last.secrets.split(",")), *assets.notes(bundle.assets)),
        details={"url": last.url, "deployment": last.deployment, "last": last.text},
    )


_LIVE_ALREADY = "code and configuration are live already"


def plan_worker(
    project: Project, observed: Observed, resources: list[Action], bundle: Bundle, *, migrates: bool = False
) -> Action:
    """The upload. It is spared when the live version carries the hash of what would be uploaded, and none ``migrates``
    its Durable Objects.
    """
    worker = observed.worker
    if worker is None:
        return _worker_action(project, "create", None, "there is no Worker of that name")
    live = worker.versions[0][0] if worker.versions else None
    ids = {item.key: item.id for item in resources}
    known: Mapping[str, str] = {key: remote_id for key, remote_id in ids.items() if remote_id is not None}
    if len(known) < len(ids):
        return _worker_action(project, "update", live, "its bindings change")
    if tagged_hash(worker.tag) != content_hash(metadata(project, bundle, bindings(project, known)), bundle):
        return _worker_action(project, "update", live, "code or configuration changed")
    if migrates:
        return _worker_action(project, "update", live, "its Durable Objects are migrated")
    if any(change.action == "worker" and change.subject != "version" for change in observed.drift):
        return _worker_action(project, "update", live, "its settings were changed since the last deploy")
    return _worker_action(project, "keep", live, _LIVE_ALREADY)


def plan_address(project: Project, worker: Worker | None) -> Action:
    """The Worker's address on workers.dev."""
    enabled, previews = wanted_address(project)
    current = (worker.workers_dev, worker.preview_urls) if worker else (False, False)
    return _address_action(project, same=current == (enabled, current[1] if previews is None else previews))


def wanted_digest(project: Project, resources: Mapping[str, str | None], bundle: Bundle) -> str | None:
    """The digest of what a deploy would leave; ``None`` while a resource has no id. ``resources`` are ids by key."""
    known = {key: remote_id for key, remote_id in resources.items() if remote_id is not None}
    if len(known) < len(resources):
        return None
    return whole_digest(project, metadata(project, bundle, bindings(project, known)), bundle)


def _worker_action(project: Project, verb: Any, live: str | None, reason: str) -> Action:
    return Action(verb=verb, kind="worker", key="worker", name=project.name, id=live, reason=reason)


def _address_action(project: Project, *, same: bool) -> Action:
    state = "on" if wanted_address(project)[0] else "off"
    return Action(
        verb="keep" if same else "update",
        kind="workers.dev",
        key="workers.dev",
        name=project.name,
        reason=f"is {state}" if same else f"turn {state}",
    )


def _details(observed: Observed) -> dict[str, Any]:
    worker = observed.worker
    return {
        "account_subdomain": observed.account_subdomain,
        "url": worker.url if worker else None,
        "deployment": observed.glance.deployment,
        "state": observed.glance.state,
        "changed": changed_settings(observed.drift),
        "secrets": sorted(worker.secrets) if worker else [],
    }


def _live_already(project: Project, observed: Observed, resources: list[Action], bundle: Bundle) -> dict[str, Any]:
    """What the journal is to remember of a Worker that is as it should be."""
    digest = wanted_digest(project, {action.key: action.id for action in resources}, bundle)
    worker = observed.worker
    assert digest is not None
    assert worker is not None
    last = Last.of(observed.glance, digest=digest, url=worker.url, secrets=worker.secrets)
    return {"last": last.text if last else None}
