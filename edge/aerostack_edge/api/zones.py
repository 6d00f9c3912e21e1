"""``/zones`` and the routes in them. The edge has no DNS: every name that one can register is a zone of the account."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.api.scripts import found, named
from aerostack_edge.control import control
from aerostack_edge.state import triggers
from aerostack_edge.state.triggers import Trigger

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9]\Z")
_HOST = re.compile(r"(?:\*\.?)?(?:https?://)?(?:\*\.?)?([^/:*]+)")
#: Below the domains of countries these stand for their kind, as in `example.co.uk`.
_SECOND = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


async def listed(request: web.Request) -> web.Response:
    """The zone named, or those that routes and domains are in."""
    name = request.query.get("name", "").lower()
    used = {host for host in [*await _hosts(request, "route"), *await _hosts(request, "domain")] if host}
    if name:
        names = [name] if name in used or (_DOMAIN.match(name) and name == _registered(name)) else []
    else:
        names = sorted(used)
    return page(request, [_zone(request, name) for name in names])


async def zone_routes(request: web.Request) -> web.Response:
    """The routes in a zone."""
    zone = request.match_info["zone"]
    kept = await control(request).database.read(triggers.listed, "route")
    return ok([_route(route) for route in kept if zone_of(route) == zone])


async def add_route(request: web.Request) -> web.Response:
    """Lead a pattern to a script."""
    document = await body.document(request)
    script = await named(control(request), body.text(document, "script"))
    pattern = body.text(document, "pattern")
    edge = control(request)
    await _free(request, pattern)
    options = {"zone_id": request.match_info["zone"]}
    await edge.database.write(triggers.put, "route", script.name, {pattern: options})
    await edge.routes.refresh()
    kept = await edge.database.read(triggers.of_script, "route", script.name)
    return ok(next(_route(route) for route in kept if route.key == pattern))


async def get_route(request: web.Request) -> web.Response:
    """One."""
    return ok(_route(await _found_route(request)))


async def change_route(request: web.Request) -> web.Response:
    """Lead it to another script, or make its pattern another one."""
    document = await body.document(request)
    script = await named(control(request), body.text(document, "script"))
    pattern = body.text(document, "pattern")
    route = await _found_route(request)
    if pattern != route.key:
        await _free(request, pattern)
    edge = control(request)
    await edge.database.write(triggers.change, route.id, script.name, pattern)
    await edge.routes.refresh()
    return ok(_route(await _found_route(request)))


async def delete_route(request: web.Request) -> web.Response:
    """Let its pattern lead nowhere."""
    route = await _found_route(request)
    await control(request).database.write(triggers.delete, route.id)
    await control(request).routes.refresh()
    return ok({"id": route.id})


async def script_routes(request: web.Request) -> web.Response:
    """The routes that lead to a script."""
    script = await found(request)
    kept = await control(request).database.read(triggers.of_script, "route", script.name)
    return ok([_route(route) for route in kept])


async def set_script_routes(request: web.Request) -> web.Response:
    """Make those sent all that lead to the script. A pattern that leads elsewhere is refused."""
    script = await found(request)
    items = await body.value(request)
    if not isinstance(items, list):
        raise codes.MALFORMED(reason="the body must be a list of routes")
    wanted: dict[str, dict[str, Any]] = {}
    for item in items:
        route = {"pattern": item} if isinstance(item, str) else body.mapping(item, "a route")
        wanted[body.text(route, "pattern")] = {key: route[key] for key in ("zone_id", "zone_name") if route.get(key)}
    edge = control(request)
    async with edge.scripts.editing(script.name):
        await found(request)
        for other in await edge.database.read(triggers.listed, "route"):
            if other.script != script.name and other.key in wanted:
                raise codes.ROUTE_TAKEN(pattern=other.key, script=other.script)
        kept = await edge.database.write(triggers.replace, "route", script.name, wanted)
    await edge.routes.refresh()
    return ok([_route(route) for route in kept])


async def _free(request: web.Request, pattern: str) -> None:
    for other in await control(request).database.read(triggers.listed, "route"):
        if other.key == pattern:
            raise codes.ROUTE_TAKEN(pattern=other.key, script=other.script)


async def _found_route(request: web.Request) -> Trigger:
    id = request.match_info["route"]
    route = await control(request).database.read(triggers.get, "route", id)
    if route is None or zone_of(route) != request.match_info["zone"]:
        raise codes.ROUTE_NOT_FOUND(id=id)
    return route


def zone_id(name: str) -> str:
    """A zone's id, the same for the same name for ever."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def zone_of(trigger: Trigger) -> str:
    """The id of the zone that a route or a domain is in."""
    return str(trigger.options.get("zone_id") or zone_id(zone_name(trigger)))


def zone_name(trigger: Trigger) -> str:
    """The name of that zone, as far as it can be told: what one can register of the host, unless one was said."""
    if said := trigger.options.get("zone_name"):
        return str(said)
    host = _HOST.match(trigger.key)
    return _registered(host[1].lower()) if host else ""


def _registered(host: str) -> str:
    labels = host.split(".")
    below_a_kind = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND
    return ".".join(labels[-3 if below_a_kind else -2 :])


async def _hosts(request: web.Request, kind: triggers.Kind) -> list[str]:
    return [zone_name(trigger) for trigger in await control(request).database.read(triggers.listed, kind)]


def _zone(request: web.Request, name: str) -> dict[str, Any]:
    ever = "1970-01-01T00:00:00.000000Z"
    return {
        "id": zone_id(name),
        "name": name,
        "status": "active",
        "paused": False,
        "type": "full",
        "account": {"id": control(request).account, "name": "edge"},
        "owner": {"id": control(request).account, "name": "edge", "type": "organization"},
        "plan": {"id": "edge", "name": "Edge", "price": 0},
        "meta": {},
        "name_servers": [],
        "development_mode": 0,
        "created_on": ever,
        "modified_on": ever,
        "activated_on": ever,
    }


def _route(route: Trigger) -> dict[str, Any]:
    return {
        "id": route.id,
        "pattern": route.key,
        "script": route.script,
        "zone_id": zone_of(route),
        "zone_name": zone_name(route),
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/routes"
    return [
        web.get("/zones", listed),
        web.get("/zones/{zone}/workers/routes", zone_routes),
        web.post("/zones/{zone}/workers/routes", add_route),
        web.get("/zones/{zone}/workers/routes/{route}", get_route),
        web.put("/zones/{zone}/workers/routes/{route}", change_route),
        web.delete("/zones/{zone}/workers/routes/{route}", delete_route),
        web.get(one, script_routes),
        web.put(one, set_script_routes),
    ]
