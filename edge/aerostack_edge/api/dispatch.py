"""``/workers/dispatch/namespaces``: namespaces of Workers that one Worker calls by name, and what is in them.

A Worker in a namespace has no versions API and no address of its own; everything else of it works as outside.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from aiohttp import web

from aerostack_edge.api import asset_sessions, body, codes, scripts, secrets, settings, tails
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import Control, control
from aerostack_edge.state import deployments, namespaces, resources
from aerostack_edge.state import scripts as script_state
from aerostack_edge.state.resources import NameTakenError, Resource

_NAME = re.compile(r"[a-z0-9_-]{1,63}\Z")


async def create(request: web.Request) -> web.Response:
    """Make an empty namespace."""
    name = _checked((await body.document(request)).get("name"))
    try:
        namespace = await control(request).database.write(resources.create, "dispatch", str(uuid.uuid4()), name, {})
    except NameTakenError as error:
        raise codes.NAMESPACE_EXISTS(name=name) from error
    return ok(_wire(namespace, 0))


async def listed(request: web.Request) -> web.Response:
    """All."""
    edge = control(request)
    return ok([await _full(edge, namespace) for namespace in await edge.database.read(resources.listed, "dispatch")])


async def get(request: web.Request) -> web.Response:
    """One."""
    return ok(await _full(control(request), await _found(request)))


async def delete(request: web.Request) -> web.Response:
    """Remove a namespace with the Workers in it."""
    edge = control(request)
    namespace = await _found(request)
    # The namespace first: an upload under way is then refused, where it could be missed otherwise.
    await edge.database.write(resources.delete, "dispatch", namespace.id)
    for name in await edge.database.read(namespaces.scripts_in, namespace.name):
        async with edge.scripts.editing(name):
            await edge.scripts.delete(name)
            edge.tails.end(name)
    return ok(None)


async def put_script(request: web.Request) -> web.Response:
    """Upload a Worker into the namespace."""
    await _found(request)
    return await scripts.put(request)


async def begin_assets(request: web.Request) -> web.Response:
    """Open an upload session for the static files of a Worker in the namespace."""
    await _found(request)
    return await asset_sessions.begin(request)


async def get_script(request: web.Request) -> web.Response:
    """A Worker in the namespace."""
    script = await scripts.found(request)
    version = await control(request).database.read(deployments.live, script.name)
    if version is None:
        raise codes.NAMESPACED_NOT_FOUND()
    return ok(
        {
            "created_on": script.created_on,
            "modified_on": script.modified_on,
            "dispatch_namespace": request.match_info["namespace"],
            "script": {**scripts.wire(script, version), "last_deployed_from": version.source},
        }
    )


async def list_scripts(request: web.Request) -> web.Response:
    """The Workers in the namespace."""
    edge = control(request)
    namespace = await _found(request)
    shown = []
    for name in await edge.database.read(namespaces.scripts_in, namespace.name):
        script = await edge.database.read(script_state.get, name)
        version = await edge.database.read(deployments.live, name)
        if script is not None and version is not None:
            shown.append(scripts.wire(script, version))
    return ok(shown)


async def get_bindings(request: web.Request) -> web.Response:
    """What a Worker in the namespace is bound to."""
    script = await scripts.found(request)
    version = await control(request).database.read(deployments.live, script.name)
    return ok(list(version.content.bindings) if version else [])


async def get_tags(request: web.Request) -> web.Response:
    """The tags of a Worker in the namespace."""
    return ok(list((await scripts.found(request)).settings.get("tags") or []))


async def put_tags(request: web.Request) -> web.Response:
    """Set all of them."""
    tags = await body.value(request)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise codes.MALFORMED(reason="tags must be a list of strings")
    script = await scripts.found(request)
    await control(request).database.write(script_state.merge_settings, script.name, {"tags": tags})
    return ok(tags)


async def delete_tag(request: web.Request) -> web.Response:
    """Remove one."""
    script = await scripts.found(request)
    rest = [tag for tag in script.settings.get("tags") or [] if tag != request.match_info["tag"]]
    await control(request).database.write(script_state.merge_settings, script.name, {"tags": rest})
    return ok(None)


def _checked(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise codes.NAMESPACE_INVALID()
    return name


async def _found(request: web.Request) -> Resource:
    name = request.match_info["namespace"]
    namespace = await control(request).database.read(resources.find, "dispatch", name)
    if namespace is None:
        raise codes.NAMESPACE_NOT_FOUND()
    return namespace


async def _full(edge: Control, namespace: Resource) -> dict[str, Any]:
    return _wire(namespace, len(await edge.database.read(namespaces.scripts_in, namespace.name)))


def _wire(namespace: Resource, count: int) -> dict[str, Any]:
    return {
        "namespace_id": namespace.id,
        "namespace_name": namespace.name,
        "created_on": namespace.created_on,
        "created_by": "edge@localhost",
        "modified_on": namespace.created_on,
        "modified_by": "edge@localhost",
        "script_count": count,
        "trusted_workers": False,
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    all_of_them = f"{account}/workers/dispatch/namespaces"
    one = f"{all_of_them}/{{namespace}}"
    script = f"{one}/scripts/{{script}}"
    return [
        web.get(all_of_them, listed),
        web.post(all_of_them, create),
        web.get(one, get),
        web.delete(one, delete),
        web.get(f"{one}/scripts", list_scripts),
        web.get(script, get_script),
        web.put(script, put_script),
        web.delete(script, scripts.delete),
        web.post(f"{script}/assets-upload-session", begin_assets),
        web.get(f"{script}/content", scripts.get),
        web.get(f"{script}/settings", settings.get),
        web.patch(f"{script}/settings", settings.patch),
        web.patch(f"{script}/script-settings", settings.patch_script),
        web.get(f"{script}/bindings", get_bindings),
        web.get(f"{script}/secrets", secrets.listed),
        web.put(f"{script}/secrets", secrets.put),
        web.get(f"{script}/secrets/{{secret}}", secrets.get),
        web.delete(f"{script}/secrets/{{secret}}", secrets.delete),
        web.patch(f"{script}/secrets-bulk", secrets.bulk),
        web.get(f"{script}/tags", get_tags),
        web.put(f"{script}/tags", put_tags),
        web.delete(f"{script}/tags/{{tag}}", delete_tag),
        # Cloudflare has no such route: it shows these Workers to tail Workers only.
        *tails.of_script(script),
    ]
