"""resolve: what has to be created before wrangler runs, and what wrangler will do."""

from __future__ import annotations

from aerostack.http import parallel
from aerostack.model import Action, Journals, JournalView, Policy, Project, Resolution, Tools, Verb
from aerostack_cloudflare.project.address import check_subdomain
from aerostack_cloudflare.project.domains import check_domains
from aerostack_cloudflare.project.last import Last, recall
from aerostack_cloudflare.project.notes import notes, unset_secrets
from aerostack_cloudflare.project.observed import Observed
from aerostack_cloudflare.project.plan import plan_resources
from aerostack_cloudflare.project.rollout import check_rollout
from aerostack_cloudflare.project.triggers import consumers_of
from aerostack_cloudflare.project.unchanged import certain_ids, kept, observe
from aerostack_cloudflare.project.unversioned import changed_settings
from aerostack_wrangler import assets
from aerostack_wrangler.account import connect
from aerostack_wrangler.config import generate
from aerostack_wrangler.domains import leaving
from aerostack_wrangler.fingerprint import Fingerprint
from aerostack_wrangler.place import folder
from aerostack_wrangler.program import Program, program
from aerostack_wrangler.settings import WranglerSettings
from aerostack_wrangler.triggers import has_address, triggers

_LIVE_ALREADY = "code and configuration are live already"


def resolve(
    project: Project, settings: WranglerSettings, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    """Plan. What cannot be deployed is refused before anything is asked."""
    generate(project, {}, folder(project))
    about_files = assets.planned(project)
    fingerprint = Fingerprint(project, tools)

    def wrangler() -> Program:
        return program(project, settings, tools)

    def look() -> tuple[str, JournalView, Observed | Last]:
        cloudflare = connect(project, settings, tools)
        tools.step(f"reading the account {cloudflare.account_id}")
        journal = journals.at(cloudflare.account_id)
        observed = observe(
            cloudflare,
            project,
            journal,
            settings.concurrency,
            last=None if policy.refresh else recall(journal),
            digest=lambda: fingerprint.digest(certain_ids(project, journal), wrangler().version),
        )
        return cloudflare.account_id, journal, observed

    # Node.js is asked for its version, a whole start of it, while the reads are on the wire.
    found, (target, journal, observed) = parallel(wrangler, look)
    if isinstance(observed, Last):
        return _unchanged(project, target, journal, observed, about_files)
    tools.step(f"wrangler {found.version} ({settings.program or 'pinned'})")
    worker = observed.worker
    check_rollout(project, worker, allowed=settings.end_rollout)
    if has_address(project):
        check_subdomain(observed)
    actions = plan_resources(project, observed, journal, policy)
    consumers_of(project, observed.glance.queues)
    check_domains(project, observed.glance.domains, policy)
    last = recall(journal)
    digest = fingerprint.digest({action.key: action.id for action in actions}, found.version)
    if last is not None and digest is not None and last.digest == digest and last.still(observed.glance):
        return _unchanged(project, target, journal, last, about_files, tuple(actions))
    live = worker.versions[0][0] if worker and worker.versions else None
    gone = leaving(connect(project, settings, tools), project) if worker else ()
    return Resolution(
        target=target,
        actions=(*actions, *gone, *_runs(project, "update" if worker else "create", live)),
        notes=(*notes(project, worker, actions), *about_files),
        drift=tuple(change.said for change in observed.drift),
        details={
            "wrangler": found.version,
            "live": live,
            "deployment": observed.glance.deployment,
            "state": observed.glance.state,
            "changed": changed_settings(observed.drift),
            "secrets": sorted(worker.secrets) if worker else [],
        },
    )


def _unchanged(
    project: Project,
    target: str,
    journal: JournalView,
    last: Last,
    about_files: tuple[str, ...],
    resources: tuple[Action, ...] | None = None,
) -> Resolution:
    """The plan of nothing to do."""
    return Resolution(
        target=target,
        actions=(
            *(kept(project, journal) if resources is None else resources),
            _action("keep", "worker", project.name, _LIVE_ALREADY, last.version),
            _action("keep", "triggers", project.name, triggers(project)),
        ),
        notes=(*unset_secrets(project, last.secrets.split(",")), *about_files),
        details={"live": last.version, "deployment": last.deployment, "url": last.url, "last": last.text},
    )


def _runs(project: Project, verb: Verb, live: str | None) -> tuple[Action, Action]:
    reason = "wrangler uploads it" if verb == "update" else "there is no Worker of that name"
    return (
        _action(verb, "worker", project.name, reason, live),
        _action("update", "triggers", project.name, triggers(project)),
    )


def _action(verb: Verb, kind: str, name: str, reason: str, remote_id: str | None = None) -> Action:
    return Action(verb=verb, kind=kind, key=kind, name=name, id=remote_id, reason=reason)
