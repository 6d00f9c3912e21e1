"""``…/secrets``: written, listed by name, never read back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from aerostack_server import clock
from aerostack_server.api import environments
from aerostack_server.api.deployments import WAITING, outcome
from aerostack_server.api.environments import Here, Name, ProjectRef
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.deploys import engine, secrets, submissions
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.server import Server

router = APIRouter(
    route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/secrets", tags=["secrets"]
)


class Change(BaseModel):
    """``null`` deletes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    secrets: Annotated[dict[str, str | None], Field(max_length=200)]


@router.get("")
@policy("read")
async def listed(request: Request, project: ProjectRef, environment: Name) -> Response:
    """Names, and when they were set."""
    caller = caller_of(request)

    def work(connection: Connection) -> list[dict[str, str | None]]:
        here = environments.find(connection, caller, project, environment)
        rows = secrets.listed(connection, here.environment.id)
        return [{"name": row.name, "updated_at": clock.shown(row.updated_at)} for row in rows]

    return answer({"items": await server_of(request).database.read(work), "next": None})


@router.put("", status_code=204, responses=WAITING)
@policy("deploy")
async def change(request: Request, project: ProjectRef, environment: Name, body: Change) -> Response:
    """Set and delete several at once, all or none. The live Worker gets them at once."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> tuple[Here, Deployment | None]:
        here = environments.ensure(connection, caller, project, environment)
        secrets.change(connection, server.vault, here.environment.id, body.secrets)
        return here, _changed(connection, caller, here, sorted(body.secrets))

    return await _applied(server, caller, *await server.database.write(work))


@router.delete("/{name}", status_code=204, responses=WAITING)
@policy("deploy")
async def remove(request: Request, project: ProjectRef, environment: Name, name: str) -> Response:
    """Delete one."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> tuple[Here, Deployment | None]:
        here = environments.find(connection, caller, project, environment)
        secrets.remove(connection, here.environment.id, name)
        return here, _changed(connection, caller, here, [name])

    return await _applied(server, caller, *await server.database.write(work))


def _changed(connection: Connection, caller: Caller, here: Here, names: list[str]) -> Deployment | None:
    """A deployment of its own, as on Cloudflare: so it is in the history, and comes after what runs already."""
    subject = f"{here.project.slug}/{here.environment.name}"
    audit.note(connection, caller, "secrets.change", subject, names=names)
    why = f"Secrets changed: {', '.join(names)}"[:1000]
    return engine.resend(connection, here.environment.id, submissions.author(caller), why)


async def _applied(server: Server, caller: Caller, here: Here, made: Deployment | None) -> Response:
    if made is None:
        return nothing()
    server.deploys.wake()
    answered = await outcome(server, caller, here, made)
    return answered if answered.status_code == 202 else nothing()
