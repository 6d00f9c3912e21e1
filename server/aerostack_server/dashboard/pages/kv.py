"""``…/kv/{binding}``: keys, and the value of one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aerostack_server.api import environments
from aerostack_server.api import kv as api
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, render, within
from aerostack_server.dashboard.route import PageRoute, page, see
from aerostack_server.deploys import resources
from aerostack_server.deploys.resources import Resource
from aerostack_server.problems import invalid, not_found

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}/kv/{binding}")

_COUNT, _KEY, _SHOWN = 100, 512, 64 * 1024


@router.get("")
@page("read")
async def keys(
    request: Request,
    project: str,
    environment: str,
    binding: str,
    prefix: str = "",
    cursor: str = "",
    key: str | None = None,
) -> Response:
    """Keys that begin so; with `key` also its value."""
    _caller, server = caller_of(request), server_of(request)
    resource = await _resource(request, project, environment, binding)
    found = render.document(
        await api.keys(request, project, environment, binding, prefix[:_KEY], _COUNT, cursor[:1000])
    )
    value = None
    if key is not None:
        value = await server.deploys.for_account(
            caller_of(request).account_id,
            lambda: server.deploys.platform.account.kv.value(str(resource.remote_id), _key(key)),
        )
        if value is None:
            raise not_found("key")
    text = _text(value)
    return await within.page(
        request,
        "kv.html",
        project,
        environment,
        resource=resource,
        items=found["items"],
        next=found["next"],
        prefix=prefix,
        key=key,
        value=text,
        size=len(value or b""),
        # A part of a value must not be saved as the whole.
        whole=text is not None and len(value or b"") <= _SHOWN,
    )


@router.post("")
@page("deploy")
async def put(request: Request, project: str, environment: str, binding: str) -> Response:
    """Write a value."""
    server, sent = server_of(request), await forms.fields(request)
    resource, key = await _resource(request, project, environment, binding), _key(sent.get("key", ""))
    await server.deploys.for_account(
        caller_of(request).account_id,
        lambda: server.deploys.platform.account.kv.put(str(resource.remote_id), key, sent.get("value", "").encode()),
    )
    await api.note(server, caller_of(request), "kv.put", f"{project}/{environment}/{binding}", key)
    return see(request.url.path)


@router.post("/delete")
@page("deploy")
async def delete(request: Request, project: str, environment: str, binding: str) -> Response:
    """Delete a key."""
    server, sent = server_of(request), await forms.fields(request)
    resource, key = await _resource(request, project, environment, binding), _key(sent.get("key", ""))
    await server.deploys.for_account(
        caller_of(request).account_id,
        lambda: server.deploys.platform.account.kv.delete_key(str(resource.remote_id), key),
    )
    await api.note(server, caller_of(request), "kv.delete", f"{project}/{environment}/{binding}", key)
    return see(request.url.path.removesuffix("/delete"))


async def _resource(request: Request, project: str, environment: str, binding: str) -> Resource:
    caller = caller_of(request)

    def work(connection: Connection) -> Resource:
        here = environments.find(connection, caller, project, environment)
        return resources.find(connection, here.environment, "kv", binding)

    return await server_of(request).database.read(work)


def _key(text: str) -> str:
    if not 1 <= len(text.encode()) <= _KEY or text in (".", ".."):
        raise invalid(f"a key has 1 to {_KEY} bytes, and is neither . nor ..")
    return text


def _text(value: bytes | None) -> str | None:
    """As text; ``None`` when it is none."""
    try:
        return (value or b"")[:_SHOWN].decode("utf-8", "strict" if len(value or b"") <= _SHOWN else "ignore")
    except UnicodeDecodeError:
        return None
