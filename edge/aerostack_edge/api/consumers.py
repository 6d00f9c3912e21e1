"""``/queues/:id/consumers``: who gets the messages of a queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, queues
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import named
from aerostack_edge.control import control
from aerostack_edge.state import consumers, resources
from aerostack_edge.state.consumers import Consumer, ConsumerExistsError

_DEFAULTS: Mapping[str, Any] = {
    "batch_size": 10,
    "max_retries": 3,
    "max_wait_time_ms": 5000,
    "max_concurrency": None,
    "retry_delay": 0,
}


async def listed(request: web.Request) -> web.Response:
    """All; a queue has at most one."""
    queue = await queues.found(request)
    kept = await control(request).database.read(consumers.of_queue, queue.id)
    return ok([queues.consumer(consumer, queue.name) for consumer in kept])


async def get(request: web.Request) -> web.Response:
    """One."""
    queue = await queues.found(request)
    return ok(queues.consumer(await _found(request, queue.id), queue.name))


async def create(request: web.Request) -> web.Response:
    """Let a script consume the queue."""
    edge = control(request)
    queue = await queues.found(request)
    script, dead, settings = await _described(request, _DEFAULTS)
    try:
        consumer = await edge.database.write(consumers.create, queue.id, script, dead, settings)
    except ConsumerExistsError as error:
        raise codes.CONSUMER_EXISTS(name=queue.name) from error
    await edge.events.refresh()
    return ok(queues.consumer(consumer, queue.name))


async def change(request: web.Request) -> web.Response:
    """Set what the body names; the rest stays."""
    edge = control(request)
    queue = await queues.found(request)
    before = await _found(request, queue.id)
    script, dead, settings = await _described(request, before.settings, before)
    changed = await edge.database.write(consumers.change, before.id, script, dead, settings)
    await edge.events.refresh()
    return ok(queues.consumer(changed or before, queue.name))


async def delete(request: web.Request) -> web.Response:
    """Remove it; messages stay in the queue."""
    queue = await queues.found(request)
    consumer = await _found(request, queue.id)
    await control(request).database.write(consumers.delete, consumer.id)
    await control(request).events.refresh()
    return ok(None)


async def _described(
    request: web.Request, settings: Mapping[str, Any], before: Consumer | None = None
) -> tuple[str, str, dict[str, Any]]:
    """Script, dead letter queue and settings."""
    edge = control(request)
    document = await body.document(request)
    if document.get("type", "worker") != "worker":
        raise codes.UNSUPPORTED(what="A consumer other than a Worker")
    name = document.get("script_name") or document.get("script") or (before.script if before else None)
    if not isinstance(name, str):
        raise codes.MALFORMED(reason="script_name must be a string")
    script = (await named(edge, name)).name
    dead = document.get("dead_letter_queue") or ""
    if not isinstance(dead, str):
        raise codes.MALFORMED(reason="dead_letter_queue must be a string")
    if dead and await edge.database.read(resources.find, "queue", dead) is None:
        raise codes.QUEUE_NOT_FOUND(id=dead)
    asked = body.mapping(document.get("settings") or {}, "settings")
    return script, dead, {**settings, **body.like(_DEFAULTS, asked)}


async def _found(request: web.Request, queue: str) -> Consumer:
    id = request.match_info["consumer"]
    consumer = await control(request).database.read(consumers.get, id)
    if consumer is None or consumer.queue != queue:
        raise codes.CONSUMER_NOT_FOUND(id=id)
    return consumer


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    all_of_them = f"{account}/queues/{{queue}}/consumers"
    one = f"{all_of_them}/{{consumer}}"
    return [
        web.get(all_of_them, listed),
        web.post(all_of_them, create),
        web.get(one, get),
        web.put(one, change),
        web.delete(one, delete),
    ]
