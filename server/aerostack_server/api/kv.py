"""``…/kv/{binding}``: keys and values."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from aerostack_server.api import environments
from aerostack_server.api.environments import Name, ProjectRef
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.deploys import resources
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import not_found
from aerostack_server.server import Server

router = APIRouter(
    route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/kv/{binding}", tags=["kv"]
)

Key = Annotated[str, Path(min_length=1, max_length=512)]


@router.get("/keys")
@policy("read")
async def keys(
    request: Request,
    project: ProjectRef,
    environment: Name,
    binding: str,
    prefix: Annotated[str, Query(max_length=512)] = "",
    limit: Annotated[int, Query(ge=10, le=1000)] = 100,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """The names of the keys, in order."""
    server = server_of(request)
    namespace = await _namespace(server, caller_of(request), project, environment, binding)
    found, following = await server.deploys.for_account(
        caller_of(request).account_id,
        lambda: server.deploys.platform.account.kv.page(namespace, prefix, limit=limit, cursor=cursor),
    )
    items = [{"name": key.name, "expiration": key.expiration} for key in found]
    return answer({"items": items, "next": following or None})


@router.get("/values/{key:path}", response_class=Response)
@policy("read")
async def get(request: Request, project: ProjectRef, environment: Name, binding: str, key: Key) -> Response:
    """A value, as it was written."""
    server = server_of(request)
    namespace = await _namespace(server, caller_of(request), project, environment, binding)
    value = await server.deploys.for_account(
        caller_of(request).account_id, lambda: server.deploys.platform.account.kv.value(namespace, key)
    )
    if value is None:
        raise not_found("key")
    return Response(value, media_type="application/octet-stream")


@router.put("/values/{key:path}", status_code=204)
@policy("deploy")
async def put(request: Request, project: ProjectRef, environment: Name, binding: str, key: Key) -> Response:
    """Write a value: the body, as it is."""
    caller, server = caller_of(request), server_of(request)
    namespace = await _namespace(server, caller, project, environment, binding)
    value = await request.body()
    await server.deploys.for_account(
        caller.account_id, lambda: server.deploys.platform.account.kv.put(namespace, key, value)
    )
    await note(server, caller, "kv.put", f"{project}/{environment}/{binding}", key)
    return nothing()


@router.delete("/values/{key:path}", status_code=204)
@policy("deploy")
async def delete(request: Request, project: ProjectRef, environment: Name, binding: str, key: Key) -> Response:
    """Delete a key; it need not exist."""
    caller, server = caller_of(request), server_of(request)
    namespace = await _namespace(server, caller, project, environment, binding)
    await server.deploys.for_account(
        caller.account_id, lambda: server.deploys.platform.account.kv.delete_key(namespace, key)
    )
    await note(server, caller, "kv.delete", f"{project}/{environment}/{binding}", key)
    return nothing()


async def note(server: Server, caller: Caller, action: str, subject: str, key: str) -> None:
    """Put a change of a key into the audit log."""
    await server.database.write(lambda connection: audit.note(connection, caller, action, subject, key=key))


async def _namespace(server: Server, caller: Caller, project: str, environment: str, binding: str) -> str:
    def work(connection: Any) -> str:
        here = environments.find(connection, caller, project, environment)
        return str(resources.find(connection, here.environment, "kv", binding).remote_id)

    return await server.database.read(work)
