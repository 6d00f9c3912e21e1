"""resolve: what has to be created before wrangler runs, and what wrangler will do."""

from __future__ import annotations

from aerostack.http import parallel
from aerostack.model import Action, Journals, JournalView, Policy, Project, Resolution, Tools
from aerostack_cloudflare.project.address import check_subdomain
from aerostack_cloudflare.project.notes import notes
from aerostack_cloudflare.project.observed import Observed, observe
from aerostack_cloudflare.project.plan import plan_resources
from aerostack_cloudflare.project.rollout import check_rollout
from aerostack_wrangler.account import connect
from aerostack_wrangler.config import generate
from aerostack_wrangler.place import folder
from aerostack_wrangler.program import program
from aerostack_wrangler.settings import WranglerSettings
from aerostack_wrangler.triggers import has_address, triggers


def resolve(
    project: Project, settings: WranglerSettings, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    """Plan. What cannot be deployed is refused before anything is asked."""
    generate(project, {}, folder(project))

    def look() -> tuple[str, JournalView, Observed]:
        cloudflare = connect(project, settings, tools)
        tools.step(f"reading the account {cloudflare.account_id}")
        journal = journals.at(cloudflare.account_id)
        return cloudflare.account_id, journal, observe(cloudflare, project, journal, settings.concurrency)

    # Node.js is asked for its version, a whole start of it, while the reads are on the wire.
    found, (target, journal, observed) = parallel(lambda: program(project, settings, tools), look)
    tools.step(f"wrangler {found.version} ({settings.program or 'pinned'})")
    worker = observed.worker
    check_rollout(project, worker, allowed=settings.end_rollout)
    if has_address(project):
        check_subdomain(observed)
    actions = plan_resources(project, observed, journal, policy)
    live = worker.versions[0][0] if worker and worker.versions else None
    return Resolution(
        target=target,
        actions=(
            *actions,
            Action(
                verb="update" if worker else "create",
                kind="worker",
                key="worker",
                name=project.name,
                id=live,
                reason="wrangler uploads it at every deploy" if worker else "there is no Worker of that name",
            ),
            Action(verb="update", kind="triggers", key="triggers", name=project.name, reason=triggers(project)),
        ),
        notes=notes(project, worker, actions),
        drift=tuple(change.said for change in observed.drift),
        details={
            "wrangler": found.version,
            "live": live,
            "deployment": observed.glance.deployment,
            "secrets": sorted(worker.secrets) if worker else [],
        },
    )
