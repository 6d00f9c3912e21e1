"""``/api/v1/projects/{project}/environments``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection, select

from aerostack_server import clock
from aerostack_server.api import plan
from aerostack_server.api.express import express
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.database import Statement, tables
from aerostack_server.deploys import deployments
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import not_found
from aerostack_server.projects import environments, projects
from aerostack_server.projects.environments import Environment
from aerostack_server.projects.projects import Project
from aerostack_server.server import Server

router = APIRouter(route_class=PolicyRoute, prefix="/projects/{project}/environments", tags=["environments"])

ProjectRef = Annotated[str, Path(min_length=1, max_length=100)]
Name = Annotated[str, Path(min_length=1, max_length=63)]


_HERE = Statement("""
SELECT p.id, p.name, p.slug, p.public, p.created_at, e.id, e.live_id, e.crons, e.created_at
FROM projects p LEFT JOIN environments e ON e.project_id = p.id AND e.name = :name
WHERE p.account_id = :account AND (p.id = :reference OR p.slug = :reference)
""")


@dataclass(frozen=True, slots=True)
class Here:
    """The project and environment that a route names."""

    project: Project
    environment: Environment


#: An environment that there is not yet is ``None``.
Found = tuple[Project, Environment | None]


@router.get("")
@policy("read")
async def listed(request: Request, project: ProjectRef) -> Response:
    """Each with what is live in it."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> list[dict[str, Any]]:
        found = projects.find(connection, caller, project)
        return [shown(connection, server, caller, Here(found, item)) for item in environments.listed(connection, found)]

    return answer({"items": await server.database.read(work), "next": None})


@router.get("/{environment}")
@policy("read")
@express
async def get(request: Request, project: ProjectRef, environment: Name) -> Response:
    """One, with its resources and the names of its secrets: all that a plan needs."""
    return answer(await plan.environment(server_of(request), caller_of(request), project, environment))


@router.delete("/{environment}", status_code=204)
@policy("admin")
async def remove(request: Request, project: ProjectRef, environment: Name) -> Response:
    """With its Worker, its databases and everything else in it."""
    caller, server = caller_of(request), server_of(request)
    here = await server.database.read(lambda connection: find(connection, caller, project, environment))
    await server.deploys.forget_environment(here.environment.id)

    def work(connection: Connection) -> None:
        environments.remove(connection, here.environment)
        audit.note(connection, caller, "environment.delete", f"{here.project.slug}/{environment}")

    await server.database.write(work)
    return nothing()


def find(connection: Connection, caller: Caller, project: str, environment: str) -> Here:
    """Raises ``Problem`` for either."""
    found, here = _found(connection, caller, project, environment)
    if here is None:
        raise not_found("environment")
    return Here(found, here)


def ensure(connection: Connection, caller: Caller, project: str, environment: str) -> Here:
    """As ``find``, and makes the environment."""
    found, here = _found(connection, caller, project, environment)
    return Here(found, here or environments.ensure(connection, found, environment))


def look_up(connection: Connection, wanted: Sequence[tuple[Caller, str, str]]) -> list[Found | None]:
    """For each caller what their words for project and environment mean; ``None`` for no project of theirs."""
    asked = [{"account": caller.account_id, "reference": project, "name": name} for caller, project, name in wanted]
    rows = _HERE.each(connection, asked)
    return [_read(caller, name, found) for (caller, _, name), found in zip(wanted, rows, strict=True)]


def _found(connection: Connection, caller: Caller, project: str, name: str) -> Found:
    (found,) = look_up(connection, [(caller, project, name)])
    if found is None:
        raise not_found("project")
    return found


def _read(caller: Caller, name: str, rows: Sequence[Sequence[Any]]) -> Found | None:
    if not rows or (caller.project_id is not None and rows[0][0] != caller.project_id):
        return None
    (identifier, called, slug, public, created_at, environment_id, live_id, crons, begun_at) = rows[0]
    found = Project(
        id=identifier,
        account_id=caller.account_id,
        name=called,
        slug=slug,
        public=bool(public),
        created_at=created_at,
    )
    if environment_id is None:
        return found, None
    return found, Environment(
        id=environment_id,
        project_id=identifier,
        name=name,
        live_id=live_id,
        crons=tuple(json.loads(crons)),
        created_at=begun_at,
    )


def shown(connection: Connection, server: Server, caller: Caller, here: Here) -> dict[str, Any]:
    """An environment as the API shows it."""
    live = None
    if here.environment.live_id is not None:
        table = tables.deployments
        row = connection.execute(select(table).where(table.c.id == here.environment.live_id)).first()
        live = deployment(server, caller, here, deployments.of(row)) if row else None
    return {
        "name": here.environment.name,
        "url": server.deploys.url(here.project.slug, here.environment.name, caller.account_slug),
        "public": here.project.public,
        "live": live,
        "created_at": clock.shown(here.environment.created_at),
    }


def deployment(server: Server, caller: Caller, here: Here, made: Deployment) -> dict[str, Any]:
    """A deployment as the API shows it."""
    name, slug = here.environment.name, here.project.slug
    return made.shown(
        name,
        server.deploys.url(slug, name, caller.account_slug),
        f"{server.settings.url}/api/v1/projects/{slug}/environments/{name}/deployments/{made.id}/log",
    )
