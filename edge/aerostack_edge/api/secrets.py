"""``…/secrets``: names can be read, texts only written. Each change makes a version, live at once, as Cloudflare does.

Otherwise going back to an older version would not bring its secrets back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from aerostack_edge.api import body, codes, drafts
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found
from aerostack_edge.control import control


async def listed(request: web.Request) -> web.Response:
    """The names."""
    script = await found(request)
    version = await drafts.latest(control(request), script.name)
    names = [] if version is None else _names(version.content.bindings)
    return ok([_wire(name) for name in names])


async def get(request: web.Request) -> web.Response:
    """Whether a secret of the name is set."""
    script = await found(request)
    version = await drafts.latest(control(request), script.name)
    name = unquote(request.match_info["secret"])
    if version is None or name not in _names(version.content.bindings):
        raise codes.SECRET_NOT_FOUND(name=name)
    return ok(_wire(name))


async def put(request: web.Request) -> web.Response:
    """Set one."""
    script = await found(request)
    name, text = _secret(await body.document(request))
    await _change(request, script.name, {name: text})
    return ok(_wire(name))


async def delete(request: web.Request) -> web.Response:
    """Remove one."""
    script = await found(request)
    await _change(request, script.name, {unquote(request.match_info["secret"]): None})
    return ok(None)


async def bulk(request: web.Request) -> web.Response:
    """Set and, with ``null``, remove several at once: one version for all."""
    script = await found(request)
    document = await body.document(request)
    wanted = body.mapping(document.get("secrets"), "secrets")
    changes: dict[str, str | None] = {}
    for key, item in wanted.items():
        if item is None:
            changes[key] = None
        else:
            name, text = _secret({"name": key, **body.mapping(item, f"secrets.{key}")})
            changes[name] = text
    await _change(request, script.name, changes)
    return ok([_wire(name) for name, text in changes.items() if text is not None])


async def _change(request: web.Request, script: str, changes: Mapping[str, str | None]) -> None:
    edge = control(request)
    async with edge.scripts.editing(script):
        before = await drafts.latest_live(edge, script)
        what = await drafts.bound(edge, before)
        bindings = {binding["name"]: binding for binding in what.bindings}
        texts = dict(what.secrets)
        for name, text in changes.items():
            if text is None:
                if name not in texts:
                    raise codes.SECRET_NOT_FOUND(name=name)
                del bindings[name], texts[name]
            else:
                if bindings.get(name, {"type": "secret_text"})["type"] != "secret_text":
                    raise codes.SCRIPT_INVALID(reason=f"The binding name '{name}' is used already.")
                bindings[name] = {"name": name, "type": "secret_text"}
                texts[name] = text
        draft = replace(before.content, bindings=tuple(bindings.values()))
        notes = {"workers/triggered_by": "secret"}
        await drafts.publish(request, script, draft, texts, notes, deploy=True)


def _secret(item: Mapping[str, Any]) -> tuple[str, str]:
    if item.get("type", "secret_text") != "secret_text":
        raise codes.UNSUPPORTED(what="A secret other than secret_text")
    text = item.get("text")
    if not isinstance(text, str):
        raise codes.MALFORMED(reason="text must be a string")
    return body.text(item, "name"), text


def _names(bindings: tuple[Mapping[str, Any], ...]) -> list[str]:
    return sorted(binding["name"] for binding in bindings if binding["type"] == "secret_text")


def _wire(name: str) -> dict[str, str]:
    return {"name": name, "type": "secret_text"}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}"
    return [
        web.get(f"{one}/secrets", listed),
        web.put(f"{one}/secrets", put),
        web.get(f"{one}/secrets/{{secret}}", get),
        web.delete(f"{one}/secrets/{{secret}}", delete),
        web.patch(f"{one}/secrets-bulk", bulk),
    ]
