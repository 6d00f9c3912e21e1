"""``/workers/scripts`` and ``/workers/services``: uploading, listing, reading and deleting Workers."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import MultipartWriter, web

from aerostack_edge.api import assets, codes, drafts, migrations
from aerostack_edge.api.bindings import resolved
from aerostack_edge.api.envelope import ApiError, ok
from aerostack_edge.api.upload import MIME, received
from aerostack_edge.control import Control, control
from aerostack_edge.state import namespaces, scripts
from aerostack_edge.state.scripts import Script
from aerostack_edge.state.versions import Version

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
#: Settings of the script itself that may come with an upload.
SETTINGS = ("tags", "logpush", "observability", "tail_consumers", "streaming_tail_consumers")


async def listed(request: web.Request) -> web.Response:
    """Every Worker."""
    edge = control(request)
    found = []
    for script in await edge.database.read(scripts.listed):
        version = await drafts.live(edge, script.name)
        if version is not None:
            found.append(wire(script, version))
    return ok(found)


async def put(request: web.Request) -> web.Response:
    """Upload a version and make it live at once."""
    edge = control(request)
    name = checked_name(request)
    upload = await received(request)
    stored = await drafts.stored(edge, upload.modules)
    async with edge.scripts.editing(name):
        before = await drafts.live(edge, name) or await drafts.latest(edge, name)
        what = resolved(
            upload.metadata.get("bindings", []),
            await drafts.bound(edge, before),
            keep=upload.metadata.get("keep_bindings") or (),
            strict=request.query.get("bindings_inherit") == "strict",
        )
        static = await assets.settled(edge, name, upload.metadata, before, code=bool(stored))
        draft = drafts.content(upload.metadata, stored, what, static)
        notes = drafts.noted(upload.metadata, "upload")
        migrated = await migrations.migrated(edge, name, upload.metadata)
        version = await drafts.publish(request, name, draft, what.secrets, notes, deploy=True, migrated=migrated)
        changes = {key: upload.metadata[key] for key in SETTINGS if upload.metadata.get(key) is not None}
        if changes:
            await edge.database.write(scripts.merge_settings, name, changes)
    return ok(wire(await found(request), version))


async def get(request: web.Request) -> web.Response:
    """The code of the live version, as the form it was uploaded in."""
    edge = control(request)
    script = await found(request)
    version = await drafts.live(edge, script.name)
    if version is None:
        raise codes.SCRIPT_NOT_FOUND()
    with MultipartWriter("form-data") as form:
        for module in await edge.scripts.code.modules(version.content):
            part = form.append(module.content, {"Content-Type": MIME[module.type]})
            part.set_content_disposition("form-data", quote_fields=False, name=module.name, filename=module.name)
    headers = {"cf-entrypoint": version.content.main_module, "ETag": f'"{version.content.etag}"'}
    return web.Response(body=form, headers=headers)


async def delete(request: web.Request) -> web.Response:
    """Remove a Worker with all its versions."""
    name = name_of(request)
    edge = control(request)
    async with edge.scripts.editing(name):
        if not await edge.scripts.delete(name):
            raise missing(request)
        edge.tails.end(name)
    await edge.routes.refresh()
    return ok({"id": request.match_info["script"]})


async def service(request: web.Request) -> web.Response:
    """The older view of a Worker, by which clients ask whether it exists."""
    edge = control(request)
    name = request.match_info["script"]
    script = await edge.database.read(scripts.get, name)
    version = await drafts.live(edge, name)
    if script is None or version is None:
        raise codes.SERVICE_NOT_FOUND()
    environment: dict[str, Any] = {
        "environment": "production",
        "created_on": script.created_on,
        "modified_on": script.modified_on,
        "script": {**wire(script, version), "last_deployed_from": version.source},
    }
    if script.migration_tag:
        environment["script"]["migration_tag"] = script.migration_tag
    return ok(
        {
            "id": name,
            "created_on": script.created_on,
            "modified_on": script.modified_on,
            "default_environment": environment,
            "environments": [environment],
        }
    )


async def found(request: web.Request) -> Script:
    """The script of the request's path, which may name a dispatch namespace. Raises ``ApiError``."""
    script = await control(request).database.read(scripts.get, name_of(request))
    if script is None:
        raise missing(request)
    return script


def name_of(request: web.Request) -> str:
    """The name by which the state knows the script of the request's path."""
    script, namespace = request.match_info["script"], request.match_info.get("namespace")
    return script if namespace is None else namespaces.join(namespace, script)


def checked_name(request: web.Request) -> str:
    """The same for a script that may not be there yet. Raises ``ApiError``."""
    if not _NAME.match(request.match_info["script"]):
        raise codes.SCRIPT_NAME()
    return name_of(request)


def missing(request: web.Request) -> ApiError:
    """That there is no such script: clients tell by the code whether they asked in a dispatch namespace."""
    return codes.NAMESPACED_NOT_FOUND() if "namespace" in request.match_info else codes.SCRIPT_NOT_FOUND()


async def named(edge: Control, name: str) -> Script:
    """The script of that name. Raises ``ApiError``."""
    script = await edge.database.read(scripts.get, name)
    if script is None:
        raise codes.SCRIPT_NOT_FOUND()
    return script


def wire(script: Script, version: Version) -> dict[str, Any]:
    """A script with its live version."""
    return {
        "id": namespaces.shown(script.name),
        "tag": script.tag,
        "tags": script.settings.get("tags", []),
        "etag": version.content.etag,
        # The version's id, as clients expect it here: without hyphens.
        "deployment_id": version.id.replace("-", ""),
        "startup_time_ms": version.startup.milliseconds,
        "entry_point": version.content.main_module,
        "handlers": list(version.startup.handlers),
        "created_on": script.created_on,
        "modified_on": script.modified_on,
        "has_assets": version.content.assets is not None,
        "has_modules": bool(version.content.modules),
        "usage_model": "standard",
        "compatibility_date": version.content.compatibility_date,
        "compatibility_flags": list(version.content.compatibility_flags),
        "logpush": bool(script.settings.get("logpush", False)),
        "observability": script.settings.get("observability", {"enabled": False}),
        "tail_consumers": script.settings.get("tail_consumers", []),
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}"
    return [
        web.get(f"{account}/workers/scripts", listed),
        web.put(one, put),
        web.get(one, get),
        web.get(f"{one}/content/v2", get),
        web.delete(one, delete),
        web.get(f"{account}/workers/services/{{script}}", service),
        web.delete(f"{account}/workers/services/{{script}}", delete),
    ]
