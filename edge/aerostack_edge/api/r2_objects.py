"""``/r2/buckets/:bucket/objects``: what is in a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, r2, r2_store
from aerostack_edge.api.envelope import number, ok
from aerostack_edge.api.paths import tail
from aerostack_edge.control import control

OBJECT_LIMIT = 5 * 1024 * 1024 * 1024
_HTTP_FIELDS = {
    "Content-Type": "contentType",
    "Content-Language": "contentLanguage",
    "Content-Disposition": "contentDisposition",
    "Content-Encoding": "contentEncoding",
    "Cache-Control": "cacheControl",
}
_CUSTOM = "x-amz-meta-"


async def listed(request: web.Request) -> web.Response:
    """By key: ``prefix``, ``delimiter``, ``start_after``, ``cursor``, ``per_page``."""
    bucket = await r2.found(request)
    size = min(number(request, "per_page", 20, least=1), 1000)
    names = {"prefix": "prefix", "delimiter": "delimiter", "cursor": "cursor", "start_after": "startAfter"}
    options = {ours: request.query[theirs] for theirs, ours in names.items() if request.query.get(theirs)}
    found = await r2_store.listing(
        control(request).runtime.store, bucket.id, {"limit": size, "include": [0, 1], **options}
    )
    info = {
        "per_page": size,
        "is_truncated": found["truncated"],
        "cursor": found.get("cursor") or "",
        "delimited": found["delimitedPrefixes"],
    }
    return ok([_wire(item) for item in found["objects"]], info=info)


async def get(request: web.Request) -> web.StreamResponse:
    """The bytes of an object, with what was said of it in headers."""
    bucket = await r2.found(request)
    async with r2_store.opened(control(request).runtime.store, bucket.id, tail(request)) as found:
        response = web.StreamResponse(headers=_headers(found.description))
        response.content_length = found.description["size"]
        await response.prepare(request)
        async for chunk in found.chunks:
            await response.write(chunk)
        return response


async def put(request: web.Request) -> web.Response:
    """Write an object; headers say its type and, with ``x-amz-meta-``, anything else."""
    bucket = await r2.found(request)
    if request.content_length is None:
        raise codes.R2_NO_LENGTH()
    if request.content_length > OBJECT_LIMIT:
        raise codes.TOO_LARGE(limit=OBJECT_LIMIT)
    fields = {
        "httpFields": {ours: request.headers[name] for name, ours in _HTTP_FIELDS.items() if name in request.headers},
        "customFields": [
            {"k": name.lower().removeprefix(_CUSTOM), "v": value}
            for name, value in request.headers.items()
            if name.lower().startswith(_CUSTOM)
        ],
    }
    written = await r2_store.put(
        control(request).runtime.store,
        bucket.id,
        tail(request),
        fields,
        request.content.iter_any(),
        request.content_length,
    )
    return ok(
        {
            "key": written["name"],
            "etag": written["etag"],
            "size": str(written["size"]),
            "version": written["version"],
            "uploaded": _time(written["uploaded"]),
            "storage_class": "Standard",
        }
    )


async def delete(request: web.Request) -> web.Response:
    """Remove an object, whether or not it is there."""
    bucket = await r2.found(request)
    key = tail(request)
    await r2_store.delete(control(request).runtime.store, bucket.id, [key])
    return ok({"key": key})


async def delete_many(request: web.Request) -> web.Response:
    """Remove the objects whose keys the body lists, at most 1000."""
    bucket = await r2.found(request)
    keys = await body.value(request)
    if not isinstance(keys, list) or len(keys) > 1000 or not all(isinstance(key, str) for key in keys):
        raise codes.MALFORMED(reason="the body must be a list of at most 1000 keys")
    await r2_store.delete(control(request).runtime.store, bucket.id, keys)
    return ok([{"key": key} for key in keys])


def _wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": item["name"],
        "etag": item["etag"],
        "size": item["size"],
        "last_modified": _time(item["uploaded"]),
        "http_metadata": item.get("httpFields") or {},
        "custom_metadata": _custom(item),
        "storage_class": "Standard",
    }


def _headers(item: Mapping[str, Any]) -> dict[str, str]:
    http = item.get("httpFields") or {}
    headers = {name: http[ours] for name, ours in _HTTP_FIELDS.items() if http.get(ours)}
    headers.setdefault("Content-Type", "application/octet-stream")
    headers |= {f"{_CUSTOM}{key}": value for key, value in _custom(item).items()}
    return headers | {
        "ETag": f'"{item["etag"]}"',
        "Last-Modified": formatdate(int(item["uploaded"]) / 1000, usegmt=True),
    }


def _custom(item: Mapping[str, Any]) -> dict[str, str]:
    return {entry["k"]: entry["v"] for entry in item.get("customFields") or ()}


def _time(milliseconds: int | str) -> str:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    all_of_them = f"{account}/r2/buckets/{{bucket}}/objects"
    return [
        web.get(all_of_them, listed),
        web.delete(all_of_them, delete_many),
        web.get(f"{all_of_them}/{{key:.+}}", get),
        web.put(f"{all_of_them}/{{key:.+}}", put),
        web.delete(f"{all_of_them}/{{key:.+}}", delete),
    ]
