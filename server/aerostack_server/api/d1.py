"""``…/d1/{binding}``: queries and migrations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from aerostack.errors import ConfigError
from aerostack_cloudflare import migrations
from aerostack_server.api import environments
from aerostack_server.api.environments import Name, ProjectRef
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.deploys import resources
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import invalid
from aerostack_server.server import Server

router = APIRouter(
    route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/d1/{binding}", tags=["d1"]
)


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    sql: Annotated[str, Field(min_length=1, max_length=100_000)]
    params: Annotated[list[str | int | float | bool | None], Field(max_length=100)] = []


class Migration(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\\]+$")]
    sql: Annotated[str, Field(min_length=1, max_length=1_000_000)]


class Migrations(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    migrations: Annotated[list[Migration], Field(max_length=1000)]


@router.post("/query")
@policy("deploy")
async def query(request: Request, project: ProjectRef, environment: Name, binding: str, body: Query) -> Response:
    """Run SQL: a result for each statement."""
    caller, server = caller_of(request), server_of(request)
    database = await _database(server, caller, project, environment, binding)
    await _audit(server, caller, "d1.query", f"{project}/{environment}/{binding}", sql=body.sql[:200])
    results = await server.deploys.for_account(
        caller.account_id, lambda: server.deploys.platform.account.d1.query(database, body.sql, body.params)
    )
    return answer({"items": [{"rows": list(item.rows), "meta": dict(item.meta)} for item in results], "next": None})


@router.get("/migrations")
@policy("read")
async def applied(request: Request, project: ProjectRef, environment: Name, binding: str) -> Response:
    """Those that were applied."""
    caller, server = caller_of(request), server_of(request)
    database = await _database(server, caller, project, environment, binding)
    names = await server.deploys.for_account(
        caller.account_id, lambda: migrations.listed(server.deploys.platform.account.d1, database)
    )
    return answer({"items": [{"name": name} for name in names], "next": None})


@router.post("/migrations")
@policy("deploy")
async def apply(request: Request, project: ProjectRef, environment: Name, binding: str, body: Migrations) -> Response:
    """Apply those that were not applied yet, in their order; each with its record in one transaction."""
    caller, server = caller_of(request), server_of(request)
    database = await _database(server, caller, project, environment, binding)

    def work() -> list[str]:
        d1 = server.deploys.platform.account.d1
        known = set(migrations.listed(d1, database))
        return [
            migration.name
            for migration in body.migrations
            if migration.name not in known and migrations.apply(d1, database, migration.name, migration.sql)
        ]

    try:
        done = await server.deploys.for_account(caller.account_id, work)
    except ConfigError as error:
        raise invalid(error.message) from error
    if done:
        await _audit(server, caller, "d1.migrate", f"{project}/{environment}/{binding}", names=done)
    return answer({"items": [{"name": name} for name in done], "next": None})


async def _database(server: Server, caller: Caller, project: str, environment: str, binding: str) -> str:
    def work(connection: Any) -> str:
        here = environments.find(connection, caller, project, environment)
        return str(resources.find(connection, here.environment, "d1", binding).remote_id)

    return await server.database.read(work)


async def _audit(server: Server, caller: Caller, action: str, subject: str, **detail: Any) -> None:
    await server.database.write(lambda connection: audit.note(connection, caller, action, subject, **detail))
