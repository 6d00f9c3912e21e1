"""Reading request bodies, never more of them than a limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aerostack_edge.api import codes

JSON_LIMIT = 10 * 1024 * 1024


async def read(request: web.Request, limit: int = JSON_LIMIT) -> bytes:
    """The whole body. Raises ``ApiError`` 413."""
    length = request.content_length
    if length is not None and length > limit:
        raise codes.TOO_LARGE(limit=limit)
    received = bytearray()
    async for chunk in request.content.iter_any():
        received += chunk
        if len(received) > limit:
            raise codes.TOO_LARGE(limit=limit)
    return bytes(received)


async def value(request: web.Request, limit: int = JSON_LIMIT) -> Any:
    """The body as JSON. Raises ``ApiError``."""
    return parsed(await read(request, limit))


async def document(request: web.Request, limit: int = JSON_LIMIT) -> dict[str, Any]:
    """The body as a JSON object; no body is an empty one. Raises ``ApiError``."""
    content = await read(request, limit)
    if not content:
        return {}
    return mapping(parsed(content), "the body")


def parsed(content: bytes) -> Any:
    """JSON, or a refusal."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise codes.MALFORMED_JSON() from error


def mapping(item: Any, what: str) -> dict[str, Any]:
    """The item if it is an object."""
    if not isinstance(item, dict):
        raise codes.MALFORMED(reason=f"{what} must be an object")
    return item


def text(source: Mapping[str, Any], key: str) -> str:
    """A member that must be a string and not empty."""
    item = source.get(key)
    if not isinstance(item, str) or not item:
        raise codes.MALFORMED(reason=f"{key} must be a string")
    return item


def like(defaults: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of the settings that there are: each of the type of its default, numbers not below zero."""
    given = {key: asked[key] for key in defaults if asked.get(key) is not None}
    for key, item in given.items():
        if isinstance(defaults[key], bool):
            if not isinstance(item, bool):
                raise codes.MALFORMED(reason=f"{key} must be true or false")
        elif isinstance(item, bool) or not isinstance(item, int) or item < 0:
            raise codes.MALFORMED(reason=f"{key} must be a whole number from 0")
    return given
