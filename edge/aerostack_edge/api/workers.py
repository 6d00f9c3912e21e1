"""``/workers/workers`` and ``…/subdomain``: a Worker's address."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, drafts
from aerostack_edge.api import scripts as by_script
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control
from aerostack_edge.state import deployments, scripts
from aerostack_edge.state.scripts import Script


async def worker(request: web.Request) -> web.Response:
    """A Worker by name or id, with the address at which it answers."""
    edge = control(request)
    script = await found(request)
    version = await drafts.live(edge, script.name)
    settings = script.settings
    callers = await edge.database.read(deployments.callers, script.name)
    return ok(
        {
            "id": script.tag,
            "name": script.name,
            "created_on": script.created_on,
            "updated_on": script.modified_on,
            "deployed_on": version.created_on if version else None,
            "logpush": bool(settings.get("logpush")),
            "observability": settings.get("observability") or {"enabled": False},
            "tags": settings.get("tags") or [],
            "tail_consumers": settings.get("tail_consumers") or [],
            "references": {
                "dispatch_namespace_outbounds": [],
                "domains": [],
                "durable_objects": [],
                "queues": [],
                "workers": [{"id": caller.tag, "name": caller.name} for caller in callers],
            },
            "subdomain": {
                "enabled": script.enabled,
                "previews_enabled": script.previews_enabled,
                "url": edge.addresses.url(script.name),
                "preview_url_suffix": f"-{script.name}.{label}.localhost"
                if (label := edge.addresses.subdomain)
                else None,
            },
        }
    )


async def found(request: web.Request) -> Script:
    """The Worker that the request's path names, or whose id it is. Raises ``ApiError``."""
    database = control(request).database
    wanted = request.match_info["worker"]
    script = await database.read(scripts.get, wanted) or await database.read(scripts.get_by_tag, wanted)
    if script is None:
        raise codes.SCRIPT_NOT_FOUND()
    return script


async def subdomain(request: web.Request) -> web.Response:
    """Whether the Worker answers at its address."""
    script = await by_script.found(request)
    return ok({"enabled": script.enabled, "previews_enabled": script.previews_enabled})


async def set_subdomain(request: web.Request) -> web.Response:
    """Switch the address on or off."""
    return await _set(request, await body.document(request))


async def delete_subdomain(request: web.Request) -> web.Response:
    """Switch it off."""
    return await _set(request, {"enabled": False, "previews_enabled": False})


async def _set(request: web.Request, wanted: dict[str, Any]) -> web.Response:
    edge = control(request)
    script = await by_script.found(request)
    enabled = wanted.get("enabled")
    previews = wanted.get("previews_enabled", script.previews_enabled)
    if not isinstance(enabled, bool) or not isinstance(previews, bool):
        raise codes.MALFORMED(reason="enabled and previews_enabled must be true or false")
    if (enabled or previews) and not edge.addresses.subdomain:
        raise codes.NEEDS_SUBDOMAIN()
    async with edge.scripts.editing(script.name):
        await by_script.found(request)
        await edge.database.write(scripts.set_address, script.name, enabled=enabled, previews_enabled=previews)
        edge.addresses.switch(script.name, enabled)
    return ok({"enabled": enabled, "previews_enabled": previews})


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/subdomain"
    return [
        web.get(f"{account}/workers/workers/{{worker}}", worker),
        web.get(one, subdomain),
        web.post(one, set_subdomain),
        web.delete(one, delete_subdomain),
    ]
