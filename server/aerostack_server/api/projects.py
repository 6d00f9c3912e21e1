"""``/api/v1/projects``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from aerostack_server.api import pages, plan
from aerostack_server.api.express import express
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.deploys import engine, submissions
from aerostack_server.identity import audit
from aerostack_server.projects import projects
from aerostack_server.projects.projects import Project

router = APIRouter(route_class=PolicyRoute, tags=["projects"])

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewProject(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    public: bool = True


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    public: bool | None = None


@router.get("/projects")
@policy("read")
async def listed(request: Request, limit: pages.Limit = pages.LIMIT, cursor: pages.Cursor = None) -> Response:
    """The projects that the key may see, the newest first."""
    caller, server = caller_of(request), server_of(request)
    after = pages.after(cursor)
    found = await server.database.read(
        lambda connection: projects.listed(connection, caller, after=after, limit=limit + 1)
    )
    return answer(
        pages.page(found, limit, lambda item: item.document(server.settings), lambda item: (item.created_at, item.id))
    )


@router.post("/projects", status_code=201)
@policy("account:deploy")
async def create(request: Request, body: NewProject) -> Response:
    """A project. 409 when there is one of that name."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> Project:
        made = projects.create(connection, caller.account_id, body.name, public=body.public)
        audit.note(connection, caller, "project.create", made.slug, public=made.public)
        return made

    return answer((await server.database.write(work)).document(server.settings), 201)


@router.get("/projects/{project}")
@policy("read")
@express
async def get(request: Request, project: str) -> Response:
    """One project, by id or slug."""
    return answer(await plan.project(server_of(request), caller_of(request), project))


@router.patch("/projects/{project}")
@policy("admin")
async def change(request: Request, project: str, body: Change) -> Response:
    """Its name, or who may call it."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> Project:
        found = projects.find(connection, caller, project)
        changed = projects.change(connection, found, name=body.name, public=body.public)
        if changed.public != found.public:
            engine.privacy_changed(connection, changed, submissions.author(caller))
        audit.note(connection, caller, "project.change", found.slug, **body.model_dump(exclude_none=True))
        return changed

    made = await server.database.write(work)
    server.deploys.wake()
    return answer(made.document(server.settings))


@router.delete("/projects/{project}", status_code=204)
@policy("account:admin")
async def remove(request: Request, project: str) -> Response:
    """The project with everything in it; what it has on the platform is removed afterwards."""
    caller, server = caller_of(request), server_of(request)
    found = await server.database.read(lambda connection: projects.find(connection, caller, project))
    await server.deploys.forget_project(found.id)

    def work(connection: Connection) -> None:
        projects.remove(connection, projects.find(connection, caller, project))
        audit.note(connection, caller, "project.delete", found.slug)

    await server.database.write(work)
    return nothing()
