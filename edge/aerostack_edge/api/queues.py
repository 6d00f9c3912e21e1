"""``/queues``: the queues as such."""

from __future__ import annotations

import re
import secrets
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.control import Control, control
from aerostack_edge.state import consumers, deployments, resources
from aerostack_edge.state.consumers import Consumer
from aerostack_edge.state.resources import NameTakenError, Resource
from aerostack_edge.state.scripts import Script

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
    await control(request).events.refresh()
    return ok(_wire(queue, [], []))


async def listed(request: web.Request) -> web.Response:
    """All, or those of the names asked for; ``name`` may be given several times."""
    names = request.query.getall("name", [])
    edge = control(request)
    kept = await edge.database.read(resources.listed, "queue")
    shown = [await _full(edge, queue) for queue in kept if not names or queue.name in names]
    return page(request, shown, per_page=100)


async def get(request: web.Request) -> web.Response:
    """One queue."""
    return ok(await _full(control(request), await found(request)))


async def change(request: web.Request) -> web.Response:
    """Set its name or settings; what is not named stays."""
    queue = await found(request)
    document = await body.document(request)
    name = _checked(document.get("queue_name", queue.name))
    settings = _settings(document, queue.options["settings"])
    try:
        changed = await control(request).database.write(
            resources.change, "queue", queue.id, name=name, options={"settings": settings}
        )
    except NameTakenError as error:
        raise codes.QUEUE_EXISTS(name=name) from error
    await control(request).events.refresh()
    return ok(await _full(control(request), changed or queue))


async def delete(request: web.Request) -> web.Response:
    """Remove it with its messages."""
    queue = await found(request)
    edge = control(request)
    await edge.database.write(consumers.delete_of_queue, queue.id)
    await edge.database.write(resources.delete, "queue", queue.id)
    await edge.events.refresh()
    return ok(None)


async def found(request: web.Request) -> Resource:
    """The queue of the request's path."""
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
    return before | body.like(_SETTINGS, asked)


def consumer(consumer: Consumer, queue: str) -> dict[str, Any]:
    """A consumer of the queue of that name. Clients ask for its script by either of two names."""
    return {
        "consumer_id": consumer.id,
        "type": "worker",
        "queue_name": queue,
        "script": consumer.script,
        "script_name": consumer.script,
        "created_on": consumer.created_on,
        "dead_letter_queue": consumer.dead_letter_queue,
        "settings": dict(consumer.settings),
    }


async def _full(edge: Control, queue: Resource) -> dict[str, Any]:
    producing = await edge.database.read(deployments.producers, queue.name)
    consuming = await edge.database.read(consumers.of_queue, queue.id)
    return _wire(queue, producing, consuming)


def _wire(queue: Resource, producing: list[Script], consuming: list[Consumer]) -> dict[str, Any]:
    return {
        "queue_id": queue.id,
        "queue_name": queue.name,
        "created_on": queue.created_on,
        "modified_on": queue.created_on,
        "producers": [{"type": "worker", "script": script.name} for script in producing],
        "producers_total_count": len(producing),
        "consumers": [consumer(item, queue.name) for item in consuming],
        "consumers_total_count": len(consuming),
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
