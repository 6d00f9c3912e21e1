"""The binding of a queue: what a Worker sends to it, as workerd puts it into HTTP."""

from __future__ import annotations

import binascii
import json
import sqlite3
from base64 import b64decode
from typing import Any, cast, get_args

from aiohttp import web

from aerostack_edge.runtime.messages import Depth, Format, Message
from aerostack_edge.runtime.queues import Queues

#: Which queue is meant; workerd sets it, and removes what a Worker may have set under that name.
QUEUE = "x-aerostack-queue"
# Cloudflare's limits.
_LARGEST, _LARGEST_BATCH, _LONGEST_BATCH, _LATEST = 128_000, 256_000, 100, 86_400
# A batch as it comes, in base64 and with all that is around it.
_LARGEST_REQUEST = 1024 * 1024


class Producer:
    """Answers ``send`` and ``sendBatch``."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take messages; the Worker's promise is kept when they are on disk."""
        raw = bytearray()
        # What is too large is read all the same, or the Worker would be told that its connection broke.
        async for chunk in request.content.iter_any():
            raw += chunk[: _LARGEST_REQUEST + 1 - len(raw)]
        if len(raw) > _LARGEST_REQUEST:
            return web.Response(status=413, reason=f"A batch has at most {_LARGEST_BATCH} bytes")
        id = self._queues.named(request.headers.get(QUEUE, ""))
        if id is None:
            return web.Response(status=404, reason="There is no such queue")
        try:
            messages = _batch(bytes(raw)) if request.path == "/batch" else [_single(request, bytes(raw))]
            check_messages(messages)
        except (ValueError, KeyError, TypeError) as error:
            return web.Response(status=400, reason=str(error))
        try:
            depth = await self._queues.send(id, messages)
        except sqlite3.Error as error:
            return web.Response(status=500, reason=f"The message cannot be written: {error}")
        return web.json_response({"metadata": {"metrics": _metrics(depth)}})


def _single(request: web.BaseRequest, body: bytes) -> Message:
    return Message(
        body, _format(request.headers.get("x-msg-fmt")), message_delay(request.headers.get("x-msg-delay-secs"))
    )


def _batch(raw: bytes) -> list[Message]:
    document = json.loads(raw)
    try:
        return [
            Message(b64decode(entry["body"]), _format(entry.get("contentType")), message_delay(entry.get("delaySecs")))
            for entry in document["messages"]
        ]
    except binascii.Error as error:
        raise ValueError("a body is not base64") from error


def _format(name: Any) -> Format:
    # Without a name it is what workerd made of any value.
    if name is not None and name not in get_args(Format):
        raise ValueError("The content type of a message is unknown")
    return cast(Format, name or "v8")


def message_delay(seconds: Any) -> float | None:
    """How long a message is to wait. Raises ``ValueError`` and ``TypeError``."""
    if seconds is None:
        return None
    delay = float(seconds)
    if not 0 <= delay <= _LATEST:
        raise ValueError(f"A delay is at most {_LATEST} seconds")
    return delay


def check_messages(messages: list[Message]) -> None:
    """Raise ``ValueError`` when there are more or larger ones than Cloudflare takes at once."""
    if len(messages) > _LONGEST_BATCH:
        raise ValueError(f"A batch has at most {_LONGEST_BATCH} messages")
    sizes = [len(message.body) for message in messages]
    if max(sizes, default=0) > _LARGEST:
        raise ValueError(f"A message has at most {_LARGEST} bytes")
    if sum(sizes) > _LARGEST_BATCH:
        raise ValueError(f"A batch has at most {_LARGEST_BATCH} bytes")


def _metrics(depth: Depth) -> dict[str, int]:
    return {"backlogCount": depth.count, "backlogBytes": depth.bytes, "oldestMessageTimestamp": depth.oldest}
