"""The store's own R2 protocol: a JSON request in a header or before the body, a JSON answer before the body."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aerostack_edge.api import codes
from aerostack_edge.api.envelope import ApiError
from aerostack_edge.runtime import Store, StoreReply

_SIZE = "CF-R2-Metadata-Size"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What the store says of an object, and its bytes."""

    description: Mapping[str, Any]
    chunks: AsyncIterator[bytes]


async def listing(store: Store, bucket: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """``objects``, ``truncated``, ``cursor`` and ``delimitedPrefixes``."""
    async with await _read(store, bucket, {"method": "list", **options}) as reply:
        return dict(json.loads(await reply.read()))


@asynccontextmanager
async def opened(store: Store, bucket: str, key: str) -> AsyncIterator[StoredObject]:
    """One object, to be read within the block. Raises ``ApiError``."""
    async with await _read(store, bucket, {"method": "get", "object": key}) as reply:
        await _check(reply)
        size = int(reply.headers[_SIZE])
        chunks = aiter(reply.chunks())
        head = b""
        while len(head) < size:
            head += await anext(chunks)
        yield StoredObject(description=json.loads(head[:size]), chunks=_joined(head[size:], chunks))


async def put(
    store: Store, bucket: str, key: str, fields: Mapping[str, Any], content: AsyncIterator[bytes], length: int
) -> dict[str, Any]:
    """Write an object of ``length`` bytes; what the store says of it. Raises ``ApiError``."""
    head = json.dumps({"version": _VERSION, "method": "put", "object": key, **fields}).encode()
    headers = {_SIZE: str(len(head)), "Content-Length": str(len(head) + length)}
    async with await store.fetch("r2", bucket, "PUT", "/", headers=headers, body=_joined(head, content)) as reply:
        await _check(reply)
        return dict(json.loads(await reply.read()))


async def delete(store: Store, bucket: str, keys: list[str]) -> None:
    """Remove objects, whether or not they are there. Raises ``ApiError``."""
    head = json.dumps({"version": _VERSION, "method": "delete", "objects": keys}).encode()
    async with await store.fetch("r2", bucket, "PUT", "/", headers={_SIZE: str(len(head))}, body=head) as reply:
        await _check(reply)


async def _read(store: Store, bucket: str, question: Mapping[str, Any]) -> StoreReply:
    # Headers are ASCII; json escapes everything else.
    headers = {"CF-R2-Request": json.dumps({"version": _VERSION, **question})}
    return await store.fetch("r2", bucket, "GET", "/", headers=headers)


async def _check(reply: StoreReply) -> None:
    if reply.status < 400:
        return
    reason = json.loads(reply.headers.get("CF-R2-Error", "{}"))
    if reply.status == 404:
        raise codes.R2_NO_OBJECT()
    if reply.status >= 500 or not reason:
        raise codes.INTERNAL()
    raise ApiError(reply.status, int(reason["v4code"]), str(reason["message"]))


async def _joined(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if head:
        yield head
    async for chunk in rest:
        yield chunk
