"""``/storage/kv/namespaces/:id/{keys,values,metadata,bulk}``: what is in a namespace."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import BodyPartReader, web

from aerostack_edge.api import body, codes, kv
from aerostack_edge.api.envelope import ApiError, number, ok
from aerostack_edge.api.paths import tail
from aerostack_edge.control import Control, control
from aerostack_edge.runtime import StoreReply

VALUE_LIMIT = 25 * 1024 * 1024
BULK_LIMIT = 100 * 1024 * 1024
BULK_PAIRS = 10_000
_CONCURRENT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One write."""

    key: str
    value: bytes | AsyncIterator[bytes]
    metadata: str | None = None
    expiry: Mapping[str, str] = field(default_factory=dict)


async def keys(request: web.Request) -> web.Response:
    """List keys by ``prefix``, at most ``limit``, from ``cursor``."""
    namespace = await kv.found(request)
    query = {"key_count_limit": str(number(request, "limit", 1000, least=1))}
    query |= {name: request.query[name] for name in ("prefix", "cursor") if request.query.get(name)}
    async with await control(request).runtime.store.fetch("kv", namespace.id, "GET", f"/?{urlencode(query)}") as reply:
        listing = json.loads(await _good(reply))
    found = [_key(entry) for entry in listing["keys"]]
    return ok(found, info={"count": len(found), "cursor": listing.get("cursor") or ""})


async def get(request: web.Request) -> web.StreamResponse:
    """The bytes of a value."""
    namespace = await kv.found(request)
    async with await _fetch(control(request), namespace.id, "GET", tail(request)) as reply:
        if reply.status != 200:
            await _good(reply)
        headers = {"Content-Type": "application/octet-stream"}
        if "CF-Expiration" in reply.headers:
            headers["Expiration"] = reply.headers["CF-Expiration"]
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        async for chunk in reply.chunks():
            await response.write(chunk)
        return response


async def metadata(request: web.Request) -> web.Response:
    """The metadata of a value; ``null`` when it has none."""
    namespace = await kv.found(request)
    async with await _fetch(control(request), namespace.id, "GET", tail(request)) as reply:
        await _good(reply)
        return ok(json.loads(reply.headers.get("CF-KV-Metadata", "null")))


async def put(request: web.Request) -> web.Response:
    """Write a value: the raw body, or a form of ``value`` and ``metadata``."""
    namespace = await kv.found(request)
    expiry = {name: request.query[name] for name in ("expiration", "expiration_ttl") if request.query.get(name)}
    if request.content_type == "multipart/form-data":
        fields = await _fields(request)
        if "value" not in fields:
            raise codes.KV_INVALID(reason="the form has no part named value")
        note = fields.get("metadata")
        pair = Pair(
            key=tail(request),
            value=fields["value"],
            metadata=None if note is None else _compact(body.parsed(note)),
            expiry=expiry,
        )
    else:
        if (request.content_length or 0) > VALUE_LIMIT:
            raise codes.TOO_LARGE(limit=VALUE_LIMIT)
        pair = Pair(key=tail(request), value=request.content.iter_any(), expiry=expiry)
    await _write(control(request), namespace.id, pair)
    return ok({})


async def delete(request: web.Request) -> web.Response:
    """Remove a value, whether or not it is there."""
    namespace = await kv.found(request)
    await _remove(control(request), namespace.id, tail(request))
    return ok({})


async def bulk_put(request: web.Request) -> web.Response:
    """Write many. All are checked before the first is written."""
    namespace = await kv.found(request)
    items = await body.value(request, BULK_LIMIT)
    if not isinstance(items, list) or len(items) > BULK_PAIRS:
        raise codes.KV_INVALID(reason=f"the body must be a list of at most {BULK_PAIRS} pairs")
    pairs = [_pair(item) for item in items]
    await _each([_write(control(request), namespace.id, pair) for pair in pairs])
    return ok({"successful_key_count": len(pairs), "unsuccessful_keys": []})


async def bulk_delete(request: web.Request) -> web.Response:
    """Remove many."""
    namespace = await kv.found(request)
    names = await body.value(request, BULK_LIMIT)
    if not isinstance(names, list) or len(names) > BULK_PAIRS or not all(isinstance(name, str) for name in names):
        raise codes.KV_INVALID(reason=f"the body must be a list of at most {BULK_PAIRS} keys")
    await _each([_remove(control(request), namespace.id, name) for name in names])
    return ok({"successful_key_count": len(names), "unsuccessful_keys": []})


async def bulk_get(request: web.Request) -> web.Response:
    """Read up to 100 at once."""
    namespace = await kv.found(request)
    asked = await body.document(request)
    names = asked.get("keys")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise codes.KV_INVALID(reason="keys must be a list of strings")
    content = json.dumps(
        {"keys": names, "type": asked.get("type", "text"), "withMetadata": bool(asked.get("withMetadata"))}
    ).encode()
    store = control(request).runtime.store
    async with await store.fetch("kv", namespace.id, "POST", "/bulk/get", body=content) as reply:
        return ok({"values": json.loads(await _good(reply))})


def _key(entry: dict[str, Any]) -> dict[str, Any]:
    key = {"name": entry["name"]}
    if entry.get("expiration") is not None:
        key["expiration"] = entry["expiration"]
    if entry.get("metadata") is not None:
        key["metadata"] = json.loads(entry["metadata"])
    return key


def _pair(item: Any) -> Pair:
    if not isinstance(item, dict) or not isinstance(item.get("key"), str) or not isinstance(item.get("value"), str):
        raise codes.KV_INVALID(reason="each pair needs the strings key and value")
    value = item["value"].encode()
    if item.get("base64"):
        try:
            value = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise codes.KV_INVALID(reason=f"the value of {item['key']} is not base64") from error
    return Pair(
        key=item["key"],
        value=value,
        metadata=None if item.get("metadata") is None else _compact(item["metadata"]),
        expiry={name: str(item[name]) for name in ("expiration", "expiration_ttl") if item.get(name)},
    )


async def _write(edge: Control, namespace: str, pair: Pair) -> None:
    headers = {} if pair.metadata is None else {"CF-KV-Metadata": pair.metadata}
    async with await _fetch(edge, namespace, "PUT", pair.key, pair.expiry, headers, pair.value) as reply:
        await _good(reply)


async def _remove(edge: Control, namespace: str, key: str) -> None:
    async with await _fetch(edge, namespace, "DELETE", key) as reply:
        await _good(reply)


async def _fetch(
    edge: Control,
    namespace: str,
    method: str,
    key: str,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | AsyncIterator[bytes] | None = None,
) -> StoreReply:
    path = f"/{quote(key, safe='')}?{urlencode({'urlencoded': 'true', **(query or {})})}"
    return await edge.runtime.store.fetch("kv", namespace, method, path, headers=headers or {}, body=content)


async def _good(reply: StoreReply) -> bytes:
    """The body of a success. Raises ``ApiError`` with the store's words otherwise."""
    content = await reply.read()
    if reply.status == 404:
        raise codes.KV_NO_KEY()
    if reply.status >= 500:
        raise codes.INTERNAL()
    if reply.status >= 400:
        raise ApiError(reply.status, codes.KV_INVALID.code, content.decode(errors="replace") or "invalid request")
    return content


async def _each(writes: Iterable[Coroutine[Any, Any, None]]) -> None:
    gate = asyncio.Semaphore(_CONCURRENT)

    async def one(write: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await write

    async with asyncio.TaskGroup() as group:
        for write in writes:
            group.create_task(one(write))


async def _fields(request: web.Request) -> dict[str, bytes]:
    fields = {}
    left = VALUE_LIMIT
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            content = bytearray()
            while chunk := await part.read_chunk():
                content += chunk
                left -= len(chunk)
                if left < 0:
                    raise codes.TOO_LARGE(limit=VALUE_LIMIT)
            fields[part.name] = bytes(content)
    return fields


def _compact(item: Any) -> str:
    # It travels in a header, so it must be ASCII.
    return json.dumps(item, separators=(",", ":"))


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/storage/kv/namespaces/{{namespace}}"
    return [
        web.get(f"{one}/keys", keys),
        web.get(f"{one}/values/{{key:.+}}", get),
        web.put(f"{one}/values/{{key:.+}}", put),
        web.delete(f"{one}/values/{{key:.+}}", delete),
        web.get(f"{one}/metadata/{{key:.+}}", metadata),
        web.put(f"{one}/bulk", bulk_put),
        web.delete(f"{one}/bulk", bulk_delete),
        web.post(f"{one}/bulk/delete", bulk_delete),
        web.post(f"{one}/bulk/get", bulk_get),
    ]
