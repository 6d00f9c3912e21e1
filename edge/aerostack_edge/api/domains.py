"""``…/domains``: host names of the user's own that lead to a script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, zones
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found, named
from aerostack_edge.control import control
from aerostack_edge.state import triggers
from aerostack_edge.state.triggers import Trigger

_HOSTNAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_KEPT = ("zone_id", "zone_name", "enabled", "previews_enabled")


async def changeset(request: web.Request) -> web.Response:
    """What setting these would change, with ``replace_state`` also what it would remove."""
    script = await found(request)
    wanted = _wanted(await body.value(request))
    everybodys = await control(request).database.read(triggers.listed, "domain")
    known = {domain.key: domain for domain in everybodys}
    removed = []
    if request.query.get("replace_state") == "true":
        removed = [domain for domain in everybodys if domain.script == script.name and domain.key not in wanted]
    return ok(
        {
            "added": [{"hostname": host, **options} for host, options in wanted.items() if host not in known],
            "updated": [
                {**_wire(known[host]), "modified": _modified(known[host], script.name, options)}
                for host, options in wanted.items()
                if host in known
            ],
            "removed": [_wire(domain) for domain in removed],
            "conflicting": [],
        }
    )


async def set_records(request: web.Request) -> web.Response:
    """Make those sent all that the script has. One that leads elsewhere is taken over only when the caller says so."""
    script = await found(request)
    document = await body.document(request)
    wanted = _wanted(document.get("origins"))
    override = document.get("override_existing_origin") is True
    replaces = document.get("override_scope") is not False
    edge = control(request)
    async with edge.scripts.editing(script.name):
        await found(request)
        if not override:
            for other in await edge.database.read(triggers.listed, "domain"):
                if other.script != script.name and other.key in wanted:
                    raise codes.DOMAIN_TAKEN(hostname=other.key, script=other.script)
        await edge.database.write(triggers.release, "domain", list(wanted), but=script.name)
        if replaces:
            kept = await edge.database.write(triggers.replace, "domain", script.name, wanted)
        else:
            await edge.database.write(triggers.put, "domain", script.name, wanted)
            kept = await edge.database.read(triggers.of_script, "domain", script.name)
    await edge.routes.refresh()
    return ok([_wire(domain) for domain in kept])


async def listed(request: web.Request) -> web.Response:
    """Those of the account, or of one ``service``, ``hostname`` or ``zone_name``."""
    wanted = {
        key: request.query[key] for key in ("service", "hostname", "zone_id", "zone_name") if key in request.query
    }
    shown = [_wire(domain) for domain in await control(request).database.read(triggers.listed, "domain")]
    return ok([item for item in shown if all(item[key] == value for key, value in wanted.items())])


async def get(request: web.Request) -> web.Response:
    """One."""
    return ok(_wire(await _found(request)))


async def attach(request: web.Request) -> web.Response:
    """Lead a host name to a script."""
    document = await body.document(request)
    edge = control(request)
    script = await named(edge, body.text(document, "service"))
    wanted = _wanted([document])
    await edge.database.write(triggers.release, "domain", list(wanted), but=script.name)
    await edge.database.write(triggers.put, "domain", script.name, wanted)
    kept = await edge.database.read(triggers.of_script, "domain", script.name)
    await edge.routes.refresh()
    return ok(next(_wire(domain) for domain in kept if domain.key in wanted))


async def detach(request: web.Request) -> web.Response:
    """Let it lead nowhere."""
    domain = await _found(request)
    await control(request).database.write(triggers.delete, domain.id)
    await control(request).routes.refresh()
    return ok({"id": domain.id})


async def _found(request: web.Request) -> Trigger:
    id = request.match_info["domain"]
    domain = await control(request).database.read(triggers.get, "domain", id)
    if domain is None:
        raise codes.DOMAIN_NOT_FOUND(id=id)
    return domain


def _wanted(items: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(items, list):
        raise codes.MALFORMED(reason="the body must be a list of domains")
    wanted = {}
    for item in items:
        origin = body.mapping(item, "a domain")
        hostname = body.text(origin, "hostname").lower()
        if not _HOSTNAME.match(hostname):
            raise codes.DOMAIN_INVALID(hostname=hostname)
        wanted[hostname] = {key: origin[key] for key in _KEPT if origin.get(key) is not None}
    return wanted


def _modified(domain: Trigger, script: str, options: Mapping[str, Any]) -> bool:
    return domain.script != script or dict(domain.options) != dict(options)


def _wire(domain: Trigger) -> dict[str, Any]:
    return {
        "id": domain.id,
        "hostname": domain.key,
        "service": domain.script,
        "environment": "production",
        "zone_id": zones.zone_of(domain),
        "zone_name": zones.zone_name(domain),
        "cert_id": domain.id,
        "enabled": domain.options.get("enabled", True),
        "previews_enabled": domain.options.get("previews_enabled", False),
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/domains"
    return [
        web.post(f"{one}/changeset", changeset),
        web.put(f"{one}/records", set_records),
        web.get(f"{account}/workers/domains/records", listed),
        web.get(f"{account}/workers/domains/records/{{domain}}", get),
        web.get(f"{account}/workers/domains", listed),
        web.put(f"{account}/workers/domains", attach),
        web.get(f"{account}/workers/domains/{{domain}}", get),
        web.delete(f"{account}/workers/domains/{{domain}}", detach),
    ]
