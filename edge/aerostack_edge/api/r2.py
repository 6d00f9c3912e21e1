"""``/r2/buckets``: the buckets themselves. What is in them: ``r2_objects.py``.

A bucket's name is its id. A name belongs to one jurisdiction at a time here; Cloudflare keeps them apart.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import number, ok
from aerostack_edge.api.r2_store import listing
from aerostack_edge.control import control
from aerostack_edge.state import resources
from aerostack_edge.state.resources import NameTakenError, Resource

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")
_JURISDICTION = "cf-r2-jurisdiction"
_STORAGE = "cf-r2-storage-class"
_STORAGES = ("Standard", "InfrequentAccess")


async def create(request: web.Request) -> web.Response:
    """Make an empty bucket."""
    document = await body.document(request)
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise codes.R2_INVALID_NAME()
    options = {
        "jurisdiction": request.headers.get(_JURISDICTION, "default"),
        "location": str(document.get("locationHint") or document.get("location_hint") or "weur").lower(),
        "storage_class": str(document.get("storageClass") or document.get("storage_class") or "Standard"),
    }
    try:
        bucket = await control(request).database.write(resources.create, "r2", name, name, options)
    except NameTakenError as error:
        raise codes.R2_EXISTS() from error
    return ok(_wire(bucket))


async def listed(request: web.Request) -> web.Response:
    """By name, after ``start_after`` or ``cursor``, those that contain ``name_contains``."""
    jurisdiction = request.headers.get(_JURISDICTION, "default")
    wanted = request.query.get("name_contains", "")
    after = max(request.query.get("start_after", ""), request.query.get("cursor", ""))
    size = min(number(request, "per_page", 20, least=1), 1000)
    buckets = [
        bucket
        for bucket in await control(request).database.read(resources.listed, "r2")
        if wanted in bucket.name and bucket.options["jurisdiction"] == jurisdiction
    ]
    descending = request.query.get("direction") == "desc"
    buckets.sort(key=lambda bucket: bucket.name, reverse=descending)
    if after:
        buckets = [bucket for bucket in buckets if (bucket.name < after if descending else bucket.name > after)]
    shown, more = buckets[:size], len(buckets) > size
    info = {"per_page": size, "cursor": shown[-1].name if more else ""}
    return ok({"buckets": [_wire(bucket) for bucket in shown]}, info=info)


async def get(request: web.Request) -> web.Response:
    """One bucket."""
    return ok(_wire(await found(request)))


async def change(request: web.Request) -> web.Response:
    """Set the storage class of new objects."""
    bucket = await found(request)
    wanted = request.headers.get(_STORAGE, "")
    if wanted not in _STORAGES:
        raise codes.MALFORMED(reason=f"{_STORAGE} must be one of {', '.join(_STORAGES)}")
    options = {**bucket.options, "storage_class": wanted}
    changed = await control(request).database.write(
        resources.change, "r2", bucket.id, name=bucket.name, options=options
    )
    return ok(_wire(changed or bucket))


async def delete(request: web.Request) -> web.Response:
    """Remove it; only an empty one."""
    edge = control(request)
    bucket = await found(request)
    if (await listing(edge.runtime.store, bucket.id, {"limit": 1}))["objects"]:
        raise codes.R2_NOT_EMPTY()
    await edge.database.write(resources.delete, "r2", bucket.id)
    await edge.runtime.store.drop("r2", bucket.id)
    return ok({})


async def found(request: web.Request) -> Resource:
    """The bucket of the request's path, in the jurisdiction of its header."""
    bucket = await control(request).database.read(resources.get, "r2", request.match_info["bucket"])
    if bucket is None or bucket.options["jurisdiction"] != request.headers.get(_JURISDICTION, "default"):
        raise codes.R2_NOT_FOUND()
    return bucket


def _wire(bucket: Resource) -> dict[str, Any]:
    return {"name": bucket.name, "creation_date": bucket.created_on, **bucket.options}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/r2/buckets/{{bucket}}"
    return [
        web.get(f"{account}/r2/buckets", listed),
        web.post(f"{account}/r2/buckets", create),
        web.get(one, get),
        web.patch(one, change),
        web.delete(one, delete),
    ]
