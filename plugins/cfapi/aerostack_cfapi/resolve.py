"""resolve: observe the account, and plan."""

from __future__ import annotations

from aerostack.http import parallel
from aerostack.model import Bundle, Journals, JournalView, Policy, Project, Resolution, Tools
from aerostack_cfapi.account import connect
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import has_patterns
from aerostack_cloudflare.project.last import Last, recall
from aerostack_cloudflare.project.observed import Observed
from aerostack_cloudflare.project.unchanged import certain_ids, observe


def resolve(project: Project, settings: CfapiSettings, policy: Policy, journals: Journals, tools: Tools) -> Resolution:
    """Plan. While the reads are on the wire the code is built, and what comes after them is loaded.

    A glance is enough when nothing changed here since the last deploy, and nothing there; all other reads are sent with
    it where that is unlikely, else as soon as the code is built and differs.
    """
    cloudflare = connect(project, settings, tools)
    tools.step(f"reading the account {cloudflare.account_id}")
    journal = journals.at(cloudflare.account_id)
    observed, bundle = parallel(
        lambda: _observe(cloudflare, project, settings, policy, journal, tools), lambda: _build(project, tools)
    )

    from aerostack import assets
    from aerostack_cfapi import plan
    from aerostack_cfapi.former import former

    if files := bundle.assets:
        tools.step(assets.summary(files))
    if isinstance(observed, Last):
        return plan.unchanged(project, cloudflare.account_id, journal, observed, bundle)
    leaving = former(cloudflare, project, recall(journal))
    return plan.planned(project, settings, policy, journal, cloudflare.account_id, observed, bundle, leaving)


def _observe(
    cloudflare: Cloudflare,
    project: Project,
    settings: CfapiSettings,
    policy: Policy,
    journal: JournalView,
    tools: Tools,
) -> Observed | Last:
    def digest() -> str | None:
        from aerostack_cfapi.plan import wanted_digest

        return wanted_digest(project, certain_ids(project, journal), tools.bundle(project).result())

    return observe(
        cloudflare,
        project,
        journal,
        settings.concurrency,
        last=None if policy.refresh else recall(journal),
        digest=digest,
        routes=has_patterns(project),
    )


def _build(project: Project, tools: Tools) -> Bundle:
    """The code. While esbuild makes it what a deploy needs later is imported: otherwise answers would wait for that."""
    bundle = tools.bundle(project)
    from aerostack_cfapi import deploy, plan  # noqa: F401
    from aerostack_cloudflare.project import provision  # noqa: F401

    return bundle.result()
