"""``…/settings`` (of the live version) and ``…/script-settings`` (of the script itself)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, drafts
from aerostack_edge.api.bindings import resolved
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import SETTINGS, found
from aerostack_edge.api.upload import received
from aerostack_edge.control import control
from aerostack_edge.state import scripts
from aerostack_edge.state.scripts import Script
from aerostack_edge.state.versions import Version


async def get(request: web.Request) -> web.Response:
    """Bindings (of secrets, the names), compatibility and everything else that is set."""
    script = await found(request)
    version = await drafts.live(control(request), script.name)
    if version is None:
        raise codes.SCRIPT_NOT_FOUND()
    return ok(_wire(script, version))


async def patch(request: web.Request) -> web.Response:
    """Make a version with other settings and the same code, live at once. Sent as a form or as JSON."""
    edge = control(request)
    script = await found(request)
    if request.content_type == "multipart/form-data":
        changes = (await received(request, part="settings")).metadata
    else:
        changes = await body.document(request)
    if changes.get("assets"):
        raise codes.UNSUPPORTED(what="Changing assets without an upload")
    if changes.get("migrations"):
        raise codes.UNSUPPORTED(what="Migrating Durable Objects without an upload")
    async with edge.scripts.editing(script.name):
        before = await drafts.latest_live(edge, script.name)
        what = await drafts.bound(edge, before)
        if "bindings" in changes:
            what = resolved(changes["bindings"], what, strict=request.query.get("bindings_inherit") == "strict")
        described = {
            "main_module": before.content.main_module,
            "compatibility_date": before.content.compatibility_date,
            "compatibility_flags": list(before.content.compatibility_flags),
            **before.content.extra,
            **changes,
        }
        draft = drafts.content(described, before.content.modules, what, before.content.assets)
        notes = drafts.noted(changes, "settings")
        version = await drafts.publish(request, script.name, draft, what.secrets, notes, deploy=True)
        own = {key: changes[key] for key in SETTINGS if key in changes}
        await edge.database.write(scripts.merge_settings, script.name, own)
    return ok(_wire(await found(request), version))


async def get_script(request: web.Request) -> web.Response:
    """The settings that belong to no version."""
    return ok(_own(await found(request)))


async def patch_script(request: web.Request) -> web.Response:
    """Change them; no new version comes of it."""
    script = await found(request)
    changes = await body.document(request)
    own = {key: changes[key] for key in SETTINGS if key in changes}
    await control(request).database.write(scripts.merge_settings, script.name, own)
    return ok(_own(replace(script, settings={**script.settings, **own})))


def _own(script: Script) -> dict[str, Any]:
    return {
        "tags": script.settings.get("tags") or [],
        "logpush": bool(script.settings.get("logpush")),
        "observability": script.settings.get("observability") or {"enabled": False},
        "tail_consumers": script.settings.get("tail_consumers") or [],
    }


def _wire(script: Script, version: Version) -> dict[str, Any]:
    return {
        **_own(script),
        "bindings": list(version.content.bindings),
        "compatibility_date": version.content.compatibility_date,
        "compatibility_flags": list(version.content.compatibility_flags),
        "usage_model": "standard",
        "annotations": dict(version.annotations),
        **version.content.extra,
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}"
    return [
        web.get(f"{one}/settings", get),
        web.patch(f"{one}/settings", patch),
        web.get(f"{one}/script-settings", get_script),
        web.patch(f"{one}/script-settings", patch_script),
    ]
