"""``/queues``: the queues as such. Messages are not delivered yet, so a Worker cannot be bound to one."""

from __future__ import annotations

import re
import secrets
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.control import control
from aerostack_edge.state import resources
from aerostack_edge.state.resources import NameTakenError, Resource

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_SETTINGS = {"delivery_delay": 0, "message_retention_period": 345_600, "delivery_paused": False}


async def create(request: web.Request) -> web.Response:
    """Make an empty queue."""
    document = await body.document(request)
    name = _checked(document.get("queue_name"))
    settings = _settings(document, _SETTINGS)
    try:
        queue = await control(request).database.write(
            resources.create, "queue", secrets.token_hex(16), name, {"settings": settings}
        )
    except NameTakenError as error:
        raise codes.QUEUE_EXISTS(name=name) from error
    return ok(_wire(queue))


async def listed(request: web.Request) -> web.Response:
    """All, or those of the names asked for; ``name`` may be given several times."""
    names = request.query.getall("name", [])
    found = await control(request).database.read(resources.listed, "queue")
    return page(request, [_wire(queue) for queue in found if not names or queue.name in names], per_page=100)


async def get(request: web.Request) -> web.Response:
    """One queue."""
    return ok(_wire(await _found(request)))


async def change(request: web.Request) -> web.Response:
    """Set its name or settings; what is not named stays."""
    queue = await _found(request)
    document = await body.document(request)
    name = _checked(document.get("queue_name", queue.name))
    settings = _settings(document, queue.options["settings"])
    try:
        changed = await control(request).database.write(
            resources.change, "queue", queue.id, name=name, options={"settings": settings}
        )
    except NameTakenError as error:
        raise codes.QUEUE_EXISTS(name=name) from error
    return ok(_wire(changed or queue))


async def delete(request: web.Request) -> web.Response:
    """Remove it."""
    queue = await _found(request)
    await control(request).database.write(resources.delete, "queue", queue.id)
    return ok(None)


async def _found(request: web.Request) -> Resource:
    id = request.match_info["queue"]
    queue = await control(request).database.read(resources.get, "queue", id)
    if queue is None:
        raise codes.QUEUE_NOT_FOUND(id=id)
    return queue


def _checked(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise codes.QUEUE_INVALID()
    return name


def _settings(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    asked = body.mapping(document.get("settings") or {}, "settings")
    return before | {key: asked[key] for key in _SETTINGS if asked.get(key) is not None}


def _wire(queue: Resource) -> dict[str, Any]:
    return {
        "queue_id": queue.id,
        "queue_name": queue.name,
        "created_on": queue.created_on,
        "modified_on": queue.created_on,
        "producers": [],
        "producers_total_count": 0,
        "consumers": [],
        "consumers_total_count": 0,
        "settings": queue.options["settings"],
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/queues/{{queue}}"
    return [
        web.get(f"{account}/queues", listed),
        web.post(f"{account}/queues", create),
        web.get(one, get),
        web.put(one, change),
        web.patch(one, change),
        web.delete(one, delete),
    ]
