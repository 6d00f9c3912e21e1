"""Whose key it is, and which projects there are."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from aerostack_server.api.projects import Name
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.identity import audit
from aerostack_server.projects import projects
from aerostack_server.projects.projects import Project
from aerostack_server.settings import Settings

router = APIRouter(route_class=PolicyRoute, prefix="/cli", tags=["existing clients"])


class NamedProject(BaseModel):
    """What else clients send is not looked at: their versions differ."""

    name: Name


@router.post("/validate")
@policy("read")
async def validate(request: Request) -> Response:
    """What a key is for."""
    caller, server = caller_of(request), server_of(request)
    if caller.project_id is not None:
        reference = caller.project_id
        project = await server.database.read(lambda connection: projects.find(connection, caller, reference))
        shown = brief(project, server.settings)
        return answer({"keyType": "project", "projectId": project.id, "projectName": project.name, **shown})
    row = await server.database.row("SELECT email FROM users WHERE id = :id", {"id": caller.user_id})
    return answer(
        {
            "keyType": "account",
            "userId": caller.user_id or caller.account_id,
            "email": row[0] if row else "",
            "name": caller.account_name,
            "message": f"Account key of {caller.account_name}",
        }
    )


@router.get("/projects")
@policy("read")
async def listed(request: Request) -> Response:
    """All projects, without pages."""
    caller, server = caller_of(request), server_of(request)
    found = await server.database.read(lambda connection: projects.listed(connection, caller, after=None, limit=10_000))
    return answer({"projects": [brief(project, server.settings) for project in found]})


@router.post("/projects", status_code=201)
@policy("account:deploy")
async def create(request: Request, body: NamedProject) -> Response:
    """A new project."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> Project:
        made = projects.create(connection, caller.account_id, body.name)
        audit.note(connection, caller, "project.create", made.slug, public=made.public)
        return made

    return answer(brief(await server.database.write(work), server.settings), 201)


@router.get("/project-metadata")
@policy("read")
async def metadata(request: Request, project: str | None = None) -> Response:
    """The project that a key is for, or the one of that slug or name.

    Clients ask with the name in their file, and create the project if it is not found: whatever would collide with one
    that exists has to be found.
    """
    caller, server = caller_of(request), server_of(request)
    reference = project or caller.project_id or ""
    found = await server.database.read(lambda connection: projects.called(connection, caller, reference))
    return answer({"projectId": found.id, "name": found.name, "collections": [], "hooks": []})


@router.post("/telemetry/errors")
@policy("public")
async def telemetry(request: Request) -> Response:
    """Taken, and dropped: such reports have carried secrets."""
    return answer({"id": "dropped"})


@router.post("/telemetry/errors/{report}/analyze")
@policy("public")
async def analyze(request: Request, report: str) -> Response:
    """Nothing is known of a report that was dropped."""
    return answer({"rootCause": "", "suggestedFix": {"description": ""}, "autoFixable": False, "confidence": 0})


def brief(project: Project, settings: Settings) -> dict[str, Any]:
    """A project as these clients know it."""
    return {
        "id": project.id,
        "name": project.name,
        "slug": project.slug,
        "url": f"{settings.url}/projects/{project.slug}",
    }
