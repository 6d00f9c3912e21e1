"""``…/versions``: uploading without deploying, and reading what was uploaded."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.api import assets, codes, drafts
from aerostack_edge.api.bindings import resolved
from aerostack_edge.api.envelope import number, ok
from aerostack_edge.api.scripts import found
from aerostack_edge.api.upload import received
from aerostack_edge.control import Control, control
from aerostack_edge.state import versions
from aerostack_edge.state.versions import Version

#: How far back a list goes; Cloudflare lets the last hundred be deployed.
NEWEST = 100


async def listed(request: web.Request) -> web.Response:
    """The newest first, all on the first page: later pages are empty, so that loops end."""
    script = await found(request)
    size = min(number(request, "per_page", NEWEST, least=1), NEWEST)
    first = number(request, "page", 1, least=1) == 1
    shown = await control(request).database.read(versions.newest, script.name, size) if first else []
    info = {"page": number(request, "page", 1, least=1), "per_page": size, "count": len(shown)}
    return ok({"items": [_brief(version) for version in shown]}, info=info)


async def upload(request: web.Request) -> web.Response:
    """Record a version that starts; what is live stays live."""
    edge = control(request)
    script = await found(request)
    form = await received(request)
    if form.metadata.get("migrations"):
        raise codes.MIGRATION_UNDEPLOYED()
    stored = await drafts.stored(edge, form.modules)
    async with edge.scripts.editing(script.name):
        before = await drafts.latest(edge, script.name)
        what = resolved(
            form.metadata.get("bindings", []),
            await drafts.bound(edge, before),
            keep=form.metadata.get("keep_bindings") or (),
            strict=request.query.get("bindings_inherit") == "strict",
        )
        static = await assets.settled(edge, script.name, form.metadata, before, code=bool(stored))
        draft = drafts.content(form.metadata, stored, what, static)
        notes = drafts.noted(form.metadata, "version_upload")
        version = await drafts.publish(request, script.name, draft, what.secrets, notes, deploy=False)
    return ok(full(version))


async def get(request: web.Request) -> web.Response:
    """One version with what it is made of."""
    script = await found(request)
    return ok(full(await named(control(request), script.name, request.match_info["version"])))


async def named(edge: Control, script: str, id: str) -> Version:
    """The version of that id. Raises ``ApiError``."""
    version = await edge.database.read(versions.get, script, id)
    if version is None:
        raise codes.VERSION_NOT_FOUND(id=id)
    return version


def _brief(version: Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "number": version.number,
        "metadata": {
            "created_on": version.created_on,
            "modified_on": version.created_on,
            "source": version.source,
            "author_id": "",
            "author_email": "edge@localhost",
            "hasPreview": False,
        },
        "annotations": dict(version.annotations),
    }


def full(version: Version) -> dict[str, Any]:
    """A version with what it is made of."""
    return _brief(version) | {
        "resources": {
            "bindings": list(version.content.bindings),
            "script": {
                "etag": version.content.etag,
                "handlers": list(version.startup.handlers),
                "last_deployed_from": version.source,
            },
            "script_runtime": {
                "compatibility_date": version.content.compatibility_date,
                "compatibility_flags": list(version.content.compatibility_flags),
                "usage_model": "standard",
                "limits": version.content.extra.get("limits", {}),
            },
        },
        "startup_time_ms": version.startup.milliseconds,
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/versions"
    return [web.get(one, listed), web.post(one, upload), web.get(f"{one}/{{version}}", get)]
