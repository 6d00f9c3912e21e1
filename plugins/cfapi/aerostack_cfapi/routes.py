"""Routes by pattern: plan them, and lead them to the Worker once the code is live."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.http import parallel
from aerostack.model import Action, Policy, Project, Tools, Verb
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import has_patterns
from aerostack_cloudflare.project.glance import Glance
from aerostack_cloudflare.project.observed import Observed

# What few projects have is loaded for those: `aerostack_cloudflare.project.routes`.

_KIND = "route"
_LEADS_HERE = "leads here already"


def plan_routes(project: Project, observed: Observed, policy: Policy) -> list[Action]:
    """One action for each. Raises ``ConflictError`` for one that leads elsewhere, unless it is adopted."""
    if not has_patterns(project):
        return []
    from aerostack_cloudflare.project.routes import check_routes, wanted_routes

    check_routes(project, observed.glance.routes, policy)
    actions = []
    for wanted in wanted_routes(project):
        route = observed.glance.routes[wanted.pattern]
        if route is None:
            actions.append(_action(wanted.pattern, "create", "leads nowhere"))
        elif route.script == project.name:
            actions.append(_action(wanted.pattern, "keep", _LEADS_HERE))
        else:
            reason = f"leads to {route.leads_to}; allowed by --adopt"
            actions.append(_action(wanted.pattern, "adopt", reason, route.id))
    return actions


def kept_routes(project: Project) -> list[Action]:
    """The same where nothing of them changed."""
    if not has_patterns(project):
        return []
    from aerostack_cloudflare.project.routes import wanted_routes

    return [_action(wanted.pattern, "keep", _LEADS_HERE) for wanted in wanted_routes(project)]


def set_routes(cloudflare: Cloudflare, project: Project, actions: Sequence[Action], tools: Tools) -> None:
    """Carry out those of ``actions`` that lead routes here."""
    written = [action for action in actions if action.kind == _KIND and action.verb in ("create", "adopt")]
    if not written:
        return
    from aerostack_cloudflare.project.routes import wanted_routes, zone_id

    known = {wanted.pattern: wanted for wanted in wanted_routes(project)}

    def lead(action: Action) -> None:
        zone = zone_id(cloudflare, known[action.name])
        if action.id is None:
            cloudflare.zones.add_route(zone, action.name, project.name)
        else:
            cloudflare.zones.change_route(zone, action.id, action.name, project.name)
        tools.done(action)

    parallel(*((lambda action=action: lead(action)) for action in written))


def unset_routes(project: Project, seen: Glance) -> str | None:
    """What the file says of them and the account does not show."""
    if not has_patterns(project):
        return None
    from aerostack_cloudflare.project.routes import unset_route

    return unset_route(project, seen.routes)


def _action(pattern: str, verb: Verb, reason: str, remote_id: str | None = None) -> Action:
    return Action(verb=verb, kind=_KIND, key=f"{_KIND}/{pattern}", name=pattern, id=remote_id, reason=reason)
