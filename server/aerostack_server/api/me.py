"""``GET /api/v1/me``."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from aerostack_server import clock
from aerostack_server.api.express import express
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.identity.caller import Caller
from aerostack_server.projects import projects

router = APIRouter(route_class=PolicyRoute, tags=["me"])


@router.get("/me")
@policy("read")
@express
async def me(request: Request) -> Response:
    """Whose key it is, and what it may do."""
    caller, server = caller_of(request), server_of(request)
    project = None
    if caller.project_id is not None:
        found = await server.database.read(
            lambda connection: projects.find(connection, caller, caller.project_id or "")
        )
        project = found.document(server.settings)
    user = None
    if caller.user_id is not None:
        row = await server.database.row("SELECT id, email FROM users WHERE id = :id", {"id": caller.user_id})
        user = {"id": row[0], "email": row[1]} if row else None
    return answer(document(caller, user, project))


def document(caller: Caller, user: Any, project: Any) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "kind": caller.kind,
        "account": {"id": caller.account_id, "name": caller.account_name, "slug": caller.account_slug},
        "key": {
            "id": caller.key_id,
            "name": caller.name,
            "scopes": list(caller.scopes),
            "expires_at": clock.shown(caller.expires_at),
        },
        "user": user,
        "project": project,
    }
