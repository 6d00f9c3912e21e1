"""``…/resources``: databases, namespaces, buckets and queues of an environment."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from aerostack_server.api import environments
from aerostack_server.api.environments import Name, ProjectRef
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.deploys import resources
from aerostack_server.deploys.resources import Resource, Wanted
from aerostack_server.identity import audit

router = APIRouter(
    route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/resources", tags=["resources"]
)

_Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class WantedResource(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["d1", "kv", "r2", "queue"]
    binding: _Text
    name: Annotated[_Text, Field(min_length=1)]


class WantedResources(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    resources: Annotated[list[WantedResource], Field(max_length=100)]


@router.get("")
@policy("read")
async def listed(request: Request, project: ProjectRef, environment: Name) -> Response:
    """Those of the environment."""
    caller = caller_of(request)

    def work(connection: Connection) -> list[Resource]:
        here = environments.find(connection, caller, project, environment)
        return resources.listed(connection, here.environment.id)

    return answer(_document(await server_of(request).database.read(work)))


@router.put("")
@policy("deploy")
async def ensure(request: Request, project: ProjectRef, environment: Name, body: WantedResources) -> Response:
    """Let them exist. Nothing is made twice, and nothing deleted."""
    caller, server = caller_of(request), server_of(request)
    wanted = [Wanted(item.kind, item.binding, item.name) for item in body.resources]

    def announce(connection: Connection) -> tuple[str, list[Resource]]:
        here = environments.ensure(connection, caller, project, environment)
        known = {(item.kind, item.binding) for item in resources.listed(connection, here.environment.id)}
        for item in wanted:
            if (item.kind, item.binding or item.name) not in known:
                subject = f"{here.project.slug}/{environment}"
                audit.note(connection, caller, "resource.create", subject, kind=item.kind, name=item.name)
        resources.announce(connection, here.project, here.environment, wanted)
        return here.environment.id, resources.listed(connection, here.environment.id)

    identifier, announced = await server.database.write(announce)
    if any(item.remote_id is None for item in announced):
        await server.deploys.for_account(
            caller.account_id, lambda: resources.create_missing(server.database, server.deploys.platform, announced)
        )
    return answer(_document(await server.database.read(lambda connection: resources.listed(connection, identifier))))


def _document(found: list[Resource]) -> dict[str, Any]:
    return {"items": [item.document() for item in found], "next": None}
