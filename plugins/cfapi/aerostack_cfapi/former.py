"""Domains and routes that the last deploy led here, and that the file does not name any more: plan to remove them, and
do it.

What led here in another way, such as a domain of the dashboard's, is not ours to remove. That the last deploy did it is
told by the journal; without its memory nothing is removed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from aerostack.http import parallel
from aerostack.model import Action, Project, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import custom_domains, has_patterns
from aerostack_cloudflare.project.last import Last

_DOMAIN, _ROUTE = "domain", "route"


def former(cloudflare: Cloudflare, project: Project, last: Last | None) -> tuple[Action, ...]:
    """One action for each that leads here still. Raises ``RemoteError``."""
    names = _unnamed(project, last) if last else []
    found = parallel(*((lambda kind=kind, name=name: _id(cloudflare, project, kind, name)) for kind, name in names))
    return tuple(
        Action(
            verb="delete",
            kind=kind,
            key=f"{kind}/{name}",
            name=name,
            id=remote_id,
            reason="aerostack.toml does not name it any more",
        )
        for (kind, name), remote_id in zip(names, found, strict=True)
        if remote_id is not None
    )


def remove(cloudflare: Cloudflare, actions: Sequence[Action], tools: Tools) -> None:
    """Carry out those of ``actions`` that remove any, behind those that lead something here."""

    def removing(action: Action) -> Callable[[], None]:
        def run() -> None:
            assert action.id is not None
            if action.kind == _DOMAIN:
                cloudflare.domains.detach(action.id, action.name)
            else:
                zone = _zone(cloudflare, action.name)
                assert zone is not None, "it was found there when the plan was made"
                cloudflare.zones.delete_route(zone, action.id, action.name)
            tools.done(action)

        return run

    parallel(*map(removing, _removed(actions)))


def still_there(cloudflare: Cloudflare, project: Project, actions: Sequence[Action]) -> str | None:
    """What was to be removed and the account shows still. Raises ``RemoteError``."""
    for action in _removed(actions):
        if _id(cloudflare, project, action.kind, action.name) is not None:
            return f"the {action.kind} {action.name} leads to {project.name}"
    return None


def _removed(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.kind in (_DOMAIN, _ROUTE) and action.verb == "delete"]


def _unnamed(project: Project, last: Last) -> list[tuple[str, str]]:
    """Kind and name of those that the last deploy left leading here."""
    try:
        state = json.loads(last.state)
    except ValueError:
        return []
    if not isinstance(state, dict):
        return []
    led = [key.partition("/") for key, worker in state.items() if worker == project.name]
    named = _named(project)
    return [(kind, name) for kind, _, name in led if kind in (_DOMAIN, _ROUTE) and (kind, name) not in named]


def _named(project: Project) -> set[tuple[str, str]]:
    named = {(_DOMAIN, host) for host in custom_domains(project)}
    if has_patterns(project):
        from aerostack_cloudflare.project.routes import wanted_routes

        named |= {(_ROUTE, wanted.pattern) for wanted in wanted_routes(project)}
    return named


def _id(cloudflare: Cloudflare, project: Project, kind: str, name: str) -> str | None:
    """The id of one, if it leads here."""
    if kind == _DOMAIN:
        return cloudflare.domains.id(name, project.name)
    from aerostack_cloudflare.project.routes import normal

    zone = _zone(cloudflare, name)
    here = (route for route in (cloudflare.zones.routes(zone) if zone else ()) if route.script == project.name)
    return next((route.id for route in here if normal(route.pattern) == name), None)


def _zone(cloudflare: Cloudflare, pattern: str) -> str | None:
    from aerostack_cloudflare.project.routes import zones_of

    return cloudflare.zones.find(zones_of(pattern))
