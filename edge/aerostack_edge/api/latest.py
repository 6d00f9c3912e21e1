"""``/workers/workers/:name/versions/latest``: a new version from the newest one, not live."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, drafts, versions
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.workers import found
from aerostack_edge.control import control


async def get(request: web.Request) -> web.Response:
    """The newest version."""
    script = await found(request)
    version = await drafts.latest(control(request), script.name)
    if version is None:
        raise codes.NO_VERSIONS()
    return ok(versions.full(version))


async def patch(request: web.Request) -> web.Response:
    """Set secrets and, with ``null``, remove them; a merge patch. Everything else stays as in the newest version."""
    edge = control(request)
    document = await body.document(request)
    changes = body.mapping(document.get("env") or {}, "env")
    if unknown := sorted(set(document) - {"env", "annotations"}):
        raise codes.UNSUPPORTED(what=f"Changing {', '.join(unknown)} of the latest version")
    script = await found(request)
    async with edge.scripts.editing(script.name):
        before = await drafts.latest(edge, script.name)
        if before is None:
            raise codes.NO_VERSIONS()
        what = await drafts.bound(edge, before)
        bindings = {binding["name"]: binding for binding in what.bindings}
        secrets = dict(what.secrets)
        for name, item in changes.items():
            _change(name, item, bindings, secrets)
        draft = replace(before.content, bindings=tuple(bindings.values()))
        notes = drafts.noted(_said(document), "secret")
        version = await drafts.publish(request, script.name, draft, secrets, notes, deploy=False)
    return ok(versions.full(version))


def _change(name: str, item: Any, bindings: dict[str, Any], secrets: dict[str, str]) -> None:
    if bindings.get(name, {"type": "secret_text"})["type"] != "secret_text":
        raise codes.SCRIPT_INVALID(reason=f"The binding name '{name}' is used already.")
    if item is None:
        if name not in secrets:
            raise codes.SECRET_NOT_FOUND(name=name)
        del bindings[name], secrets[name]
        return
    entry = body.mapping(item, f"env.{name}")
    if entry.get("type") != "secret_text":
        raise codes.UNSUPPORTED(what="A binding other than secret_text in a patch")
    if not isinstance(entry.get("text"), str):
        raise codes.MALFORMED(reason="text must be a string")
    bindings[name] = {"name": name, "type": "secret_text"}
    secrets[name] = entry["text"]


def _said(document: dict[str, Any]) -> dict[str, Any]:
    # In a merge patch null means: no such annotation.
    said = body.mapping(document.get("annotations") or {}, "annotations")
    return {"annotations": {key: value for key, value in said.items() if value is not None}}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/workers/{{worker}}/versions/latest"
    return [web.get(one, get), web.patch(one, patch)]
