"""Custom domains: plan them, and lead them to the Worker once the code is live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.http import parallel
from aerostack.model import Action, Policy, Project, Tools, Verb
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import check_domains, custom_domains, is_domain, routes
from aerostack_cloudflare.project.observed import Observed

_KIND = "domain"
_LEADS_HERE = "leads here already"


def plan_domains(project: Project, observed: Observed, policy: Policy) -> list[Action]:
    """One action for each. Raises ``ConflictError`` for one that leads to another Worker, unless it is adopted."""
    check_domains(project, observed.glance.domains, policy)
    return [_plan(project, host, observed.glance.domains.get(host)) for host in custom_domains(project)]


def kept_domains(project: Project) -> list[Action]:
    """The same where nothing of them changed."""
    return [_action(host, "keep", _LEADS_HERE) for host in custom_domains(project)]


def set_domains(cloudflare: Cloudflare, project: Project, actions: Sequence[Action], tools: Tools) -> None:
    """Carry out those of ``actions`` that are about domains."""
    zones = {str(route["pattern"]).lower(): _zone(route) for _, route in routes(project) if is_domain(route)}

    def lead(action: Action) -> None:
        cloudflare.domains.attach(action.name, project.name, zones[action.name])
        tools.done(action)

    written = [action for action in actions if action.kind == _KIND and action.verb in ("create", "adopt")]
    parallel(*((lambda action=action: lead(action)) for action in written))


def _plan(project: Project, host: str, leads_to: str | None) -> Action:
    if leads_to == project.name:
        return _action(host, "keep", _LEADS_HERE)
    if leads_to is None:
        return _action(host, "create", "leads nowhere")
    return _action(host, "adopt", f"leads to {leads_to}; allowed by --adopt")


def _action(host: str, verb: Verb, reason: str) -> Action:
    return Action(verb=verb, kind=_KIND, key=f"{_KIND}/{host}", name=host, reason=reason)


def _zone(route: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(route[key]) for key in ("zone_id", "zone_name") if route.get(key)}
