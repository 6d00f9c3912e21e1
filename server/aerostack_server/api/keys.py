"""``/api/v1/keys``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row, select

from aerostack_server import clock
from aerostack_server.api.projects import Name
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.database import tables
from aerostack_server.identity import audit, keys
from aerostack_server.projects import projects

router = APIRouter(route_class=PolicyRoute, tags=["keys"])


class NewKey(BaseModel):
    """``project`` limits it to one project; ``expires_in`` is in days."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    scopes: Annotated[list[Literal["read", "deploy", "admin"]], Field(min_length=1, max_length=3)] = ["read", "deploy"]
    project: Annotated[str, Field(max_length=100)] | None = None
    expires_in: Annotated[int, Field(ge=1, le=3650)] | None = None


@router.get("/keys")
@policy("account:admin")
async def listed(request: Request) -> Response:
    """Every key that is good, without its secret."""
    caller = caller_of(request)
    wanted = (
        select(tables.keys)
        .where(tables.keys.c.account_id == caller.account_id, tables.keys.c.revoked_at.is_(None))
        .order_by(tables.keys.c.created_at.desc())
    )
    rows = await server_of(request).database.read(lambda connection: connection.execute(wanted).all())
    return answer({"items": [shown(row) for row in rows], "next": None})


@router.post("/keys", status_code=201)
@policy("account:admin")
async def create(request: Request, body: NewKey) -> Response:
    """A new key; `key` is shown this once."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> dict[str, Any]:
        project = projects.find(connection, caller, body.project).id if body.project else None
        expires = clock.now() + body.expires_in * clock.DAY if body.expires_in else None
        made = keys.new(
            connection,
            account=caller.account_id,
            name=body.name,
            scopes=tuple(body.scopes),
            project=project,
            user=caller.user_id,
            expires_at=expires,
        )
        audit.note(connection, caller, "key.create", body.name, scopes=body.scopes)
        row = connection.execute(select(tables.keys).where(tables.keys.c.id == made.id)).one()
        return {**shown(row), "key": made.key}

    made = await server.database.write(work)
    await server.deploys.keys_told(caller.account_id)
    return answer(made, 201)


@router.delete("/keys/{key}", status_code=204)
@policy("account:admin")
async def revoke(request: Request, key: str) -> Response:
    """From now on it is not accepted."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> None:
        audit.note(connection, caller, "key.revoke", keys.revoke(connection, caller.account_id, key))

    await server.database.write(work)
    await server.deploys.keys_told(caller.account_id)
    return nothing()


def shown(row: Row[Any]) -> dict[str, Any]:
    """As the API shows it: everything but the secret."""
    return {
        "id": row.id,
        "name": row.name,
        "scopes": row.scopes.split(),
        "project_id": row.project_id,
        "created_at": clock.shown(row.created_at),
        "expires_at": clock.shown(row.expires_at),
        "last_used_at": clock.shown(row.last_used_at),
    }
