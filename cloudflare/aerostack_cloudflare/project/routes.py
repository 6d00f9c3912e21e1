"""The routes by pattern that a project names, and which Workers they lead to."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence

from aerostack.errors import ConfigError, ConflictError, Location
from aerostack.model import Policy, Project
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import is_domain, routes
from aerostack_cloudflare.zones import Route

#: Scheme, wildcard and host of a pattern, whose host has no upper and lower case.
_HOST = re.compile(r"(?:\*?https?://)?[^/]*")
_NAMED = re.compile(r"(?:\*?https?://)?\*?\.?([^/:*]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRoute:
    """``zones`` are the names that its zone may have, the likeliest first; ``where`` is its place in the file."""

    pattern: str
    zone_id: str | None = None
    zones: tuple[str, ...] = ()
    where: Location | None = None

    @property
    def zone(self) -> tuple[str | None, tuple[str, ...]]:
        """The same for routes that are in one zone."""
        return self.zone_id, self.zones


def wanted_routes(project: Project) -> tuple[WantedRoute, ...]:
    """Each pattern once."""
    found: dict[str, WantedRoute] = {}
    for key, entry in routes(project):
        if is_domain(entry):
            continue
        table = entry if isinstance(entry, Mapping) else {"pattern": entry}
        pattern = normal(str(table["pattern"]))
        where = project.where.get(f"{key}.pattern") or project.where.get(key)
        if table.get("zone_id"):
            wanted = WantedRoute(pattern=pattern, zone_id=str(table["zone_id"]), where=where)
        elif table.get("zone_name"):
            wanted = WantedRoute(pattern=pattern, zones=_around(str(table["zone_name"])), where=where)
        else:
            wanted = WantedRoute(pattern=pattern, zones=zones_of(pattern), where=where)
        found.setdefault(pattern, wanted)
    return tuple(found.values())


def zones_of(pattern: str) -> tuple[str, ...]:
    """The names that the zone of a pattern may have: its host, and what that ends in."""
    host = _NAMED.match(pattern)
    return _around(host[1]) if host else ()


def reads(cloudflare: Cloudflare, project: Project) -> list[Callable[[], Mapping[str, Route | None]]]:
    """A read for each zone: its routes that the project names, by pattern; ``None`` for one that is not there.

    They raise ``RemoteError``, and ``ConfigError`` for a route that is in no zone of the account.
    """
    zones: dict[object, list[WantedRoute]] = {}
    for wanted in wanted_routes(project):
        zones.setdefault(wanted.zone, []).append(wanted)
    return [functools.partial(_read, cloudflare, group) for group in zones.values()]


def zone_id(cloudflare: Cloudflare, wanted: WantedRoute) -> str:
    """The id of the zone of a route. Raises ``ConfigError`` when the account has none, and ``RemoteError``."""
    found = wanted.zone_id or cloudflare.zones.find(wanted.zones)
    if found is None:
        raise ConfigError(
            f"the route {wanted.pattern} is in no zone of the account"
            + (f": there is no {' or '.join(wanted.zones)}" if wanted.zones else ", since it names no host"),
            key="routes",
            hint="add the domain to the account, correct zone_name, or give zone_id; the token must cover the zone too",
            where=wanted.where,
            code="no_zone",
        )
    return found


def unset_route(project: Project, found: Mapping[str, Route | None]) -> str | None:
    """What the file says of them and the account does not show."""
    for wanted in wanted_routes(project):
        route = found.get(wanted.pattern)
        if route is None or route.script != project.name:
            return f"the route {wanted.pattern} leads to {route.leads_to if route else 'nothing'}"
    return None


def check_routes(project: Project, found: Mapping[str, Route | None], policy: Policy) -> None:
    """Raise ``ConflictError`` for a route that leads elsewhere, unless the policy adopts it by name.

    One that leads to no Worker is somebody's decision, too: requests are to pass it by.
    """
    for wanted in wanted_routes(project):
        route = found.get(wanted.pattern)
        if route is None or route.script == project.name or f"route/{wanted.pattern}" in policy.adopt:
            continue
        raise ConflictError(
            f"the route {wanted.pattern} leads to the Worker {route.script}, from which this deploy would take it away"
            if route.script
            else f"the route {wanted.pattern} is there, and leads to no Worker: somebody has wanted it so",
            applied=False,
            where=wanted.where,
            hint=(
                f"give the environment `{project.environment}` routes of its own"
                if project.environment is not None
                else "choose another pattern"
            )
            + f"; or, if it is to move here: --adopt 'route/{wanted.pattern}'",
        )


def normal(pattern: str) -> str:
    """The pattern in the one form in which two that are the same are equal."""
    host = _HOST.match(pattern)
    assert host is not None, "it matches everything"
    return host[0].lower() + pattern[host.end() :]


def _read(cloudflare: Cloudflare, group: Sequence[WantedRoute]) -> Mapping[str, Route | None]:
    zone = zone_id(cloudflare, group[0])
    there = {normal(route.pattern): route for route in cloudflare.zones.routes(zone)}
    return {wanted.pattern: there.get(wanted.pattern) for wanted in group}


def _around(host: str) -> tuple[str, ...]:
    labels = host.lower().strip(".").split(".")
    return tuple(".".join(labels[at:]) for at in range(len(labels) - 1))
