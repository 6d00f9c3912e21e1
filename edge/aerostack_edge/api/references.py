"""Who would miss a Worker that is deleted: ``…/references``, ``tails/by-consumer`` and Durable Object namespaces."""

from __future__ import annotations

from aiohttp import web

from aerostack_edge.api.envelope import ok, page
from aerostack_edge.api.scripts import found
from aerostack_edge.control import control
from aerostack_edge.state import deployments, scripts
from aerostack_edge.state import objects as state_objects


async def references(request: web.Request) -> web.Response:
    """The Workers that have a service binding to this one."""
    script = await found(request)
    callers = await control(request).database.read(deployments.callers, script.name)
    incoming = [{"service": caller.name, "name": caller.name, "environment": "production"} for caller in callers]
    return ok(
        {
            "services": {"incoming": incoming, "outgoing": [], "pages_function": False},
            "durable_objects": [],
            "dispatch_outbounds": [],
        }
    )


async def producers(request: web.Request) -> web.Response:
    """The Workers whose logs this one consumes."""
    name = request.match_info["script"]
    found = []
    for script in await control(request).database.read(scripts.listed):
        consumers = script.settings.get("tail_consumers") or []
        if any(isinstance(consumer, dict) and consumer.get("service") == name for consumer in consumers):
            found.append(
                {
                    "consumer": {"service": name, "environment": "production"},
                    "producer": {"service": script.name, "environment": "production"},
                }
            )
    return ok(found)


async def objects(request: web.Request) -> web.Response:
    """The namespaces of Durable Objects, one for each class that has some."""
    found = await control(request).database.read(state_objects.listed)
    shown = [
        {
            "id": namespace.id,
            "name": f"{script}_{namespace.class_name}",
            "script": script,
            "class": namespace.class_name,
            "use_sqlite": namespace.use_sqlite,
        }
        for script, namespaces in found.items()
        for namespace in namespaces
    ]
    return page(request, shown)


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    return [
        web.get(f"{account}/workers/scripts/{{script}}/references", references),
        web.get(f"{account}/workers/tails/by-consumer/{{script}}", producers),
        web.get(f"{account}/workers/durable_objects/namespaces", objects),
    ]
