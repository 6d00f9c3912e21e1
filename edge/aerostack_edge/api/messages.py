"""``/queues/:id/messages`` and ``…/purge``: sending to a queue from outside, and emptying it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, queues
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control
from aerostack_edge.runtime import Message, check_messages, message_delay
from aerostack_edge.state.clock import now


async def push(request: web.Request) -> web.Response:
    """Send one message."""
    queue = await queues.found(request)
    return await _send(request, queue.id, [_message(await body.document(request), None)])


async def push_batch(request: web.Request) -> web.Response:
    """Send several; ``delay_seconds`` is for those without their own."""
    queue = await queues.found(request)
    document = await body.document(request)
    sent = document.get("messages")
    if not isinstance(sent, list) or not sent:
        raise codes.MALFORMED(reason="messages must be a list, and not empty")
    delay = document.get("delay_seconds")
    return await _send(request, queue.id, [_message(body.mapping(entry, "a message"), delay) for entry in sent])


async def purge(request: web.Request) -> web.Response:
    """Delete every message; the client must say that it means it."""
    queue = await queues.found(request)
    if (await body.document(request)).get("delete_messages_permanently") is not True:
        raise codes.MALFORMED(reason="delete_messages_permanently must be true")
    await control(request).runtime.queues.purge(queue.id)
    return await queues.get(request)


async def purged(request: web.Request) -> web.Response:
    """Whether a purge is over: here it is as soon as it was asked for."""
    await queues.found(request)
    return ok({"completed": "true", "started_at": now()})


def _message(document: Mapping[str, Any], delay: Any) -> Message:
    content, form = document.get("body"), document.get("content_type") or "json"
    if form not in ("json", "text"):
        raise codes.MALFORMED(reason="content_type must be json or text")
    if form == "text" and not isinstance(content, str):
        raise codes.MALFORMED(reason="body must be a string")
    try:
        wait = message_delay(document.get("delay_seconds", delay))
        if form == "text":
            return Message(str(content).encode(), "text", wait)
        return Message(json.dumps(content).encode(), "json", wait)
    except (ValueError, TypeError) as error:
        raise codes.MALFORMED(reason=f"body or delay_seconds cannot be: {error}") from error


async def _send(request: web.Request, queue: str, messages: list[Message]) -> web.Response:
    try:
        check_messages(messages)
    except ValueError as error:
        raise codes.MALFORMED(reason=str(error)) from error
    depth = await control(request).runtime.queues.send(queue, messages)
    metrics = {
        "backlog_bytes": depth.bytes,
        "backlog_count": depth.count,
        "oldest_message_timestamp_ms": depth.oldest,
    }
    return ok({"metadata": {"metrics": metrics}})


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/queues/{{queue}}"
    return [
        web.post(f"{one}/messages", push),
        web.post(f"{one}/messages/batch", push_batch),
        web.post(f"{one}/purge", purge),
        web.get(f"{one}/purge", purged),
    ]
