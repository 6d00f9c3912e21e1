"""``/storage/kv/namespaces``: the namespaces themselves. What is in them: ``kv_values.py``."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.control import control
from aerostack_edge.state import resources
from aerostack_edge.state.resources import NameTakenError, Resource


async def create(request: web.Request) -> web.Response:
    """Make an empty namespace."""
    title = await _title(request)
    try:
        namespace = await control(request).database.write(resources.create, "kv", secrets.token_hex(16), title, {})
    except NameTakenError as error:
        raise codes.KV_EXISTS() from error
    return ok(_wire(namespace))


async def listed(request: web.Request) -> web.Response:
    """All, in the ``order`` of ``id`` or ``title`` and the ``direction`` asked for."""
    found = await control(request).database.read(resources.listed, "kv")
    order = request.query.get("order")
    if order == "title":
        found.sort(key=lambda namespace: namespace.name)
    elif order == "id":
        found.sort(key=lambda namespace: namespace.id)
    if request.query.get("direction") == "desc":
        found.reverse()
    return page(request, [_wire(namespace) for namespace in found])


async def get(request: web.Request) -> web.Response:
    """One namespace."""
    return ok(_wire(await found(request)))


async def rename(request: web.Request) -> web.Response:
    """Give it another title."""
    namespace = await found(request)
    title = await _title(request)
    try:
        renamed = await control(request).database.write(
            resources.change, "kv", namespace.id, name=title, options=namespace.options
        )
    except NameTakenError as error:
        raise codes.KV_EXISTS() from error
    if renamed is None:
        raise codes.KV_NOT_FOUND()
    return ok(_wire(renamed))


async def delete(request: web.Request) -> web.Response:
    """Remove it and its data."""
    edge = control(request)
    namespace = await found(request)
    await edge.database.write(resources.delete, "kv", namespace.id)
    await edge.runtime.store.drop("kv", namespace.id)
    return ok({})


async def found(request: web.Request) -> Resource:
    """The namespace of the request's path."""
    namespace = await control(request).database.read(resources.get, "kv", request.match_info["namespace"])
    if namespace is None:
        raise codes.KV_NOT_FOUND()
    return namespace


async def _title(request: web.Request) -> str:
    title = (await body.document(request)).get("title")
    if not isinstance(title, str) or not 0 < len(title.encode()) <= 512:
        raise codes.KV_NO_TITLE()
    return title


def _wire(namespace: Resource) -> dict[str, Any]:
    return {"id": namespace.id, "title": namespace.name, "supports_url_encoding": True}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/storage/kv/namespaces/{{namespace}}"
    return [
        web.get(f"{account}/storage/kv/namespaces", listed),
        web.post(f"{account}/storage/kv/namespaces", create),
        web.get(one, get),
        web.put(one, rename),
        web.delete(one, delete),
    ]
