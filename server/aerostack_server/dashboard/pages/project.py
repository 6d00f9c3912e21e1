"""``/projects/{project}``: its environments and settings."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aerostack_server.api import projects as api
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, overview, render
from aerostack_server.dashboard.route import PageRoute, page, see
from aerostack_server.problems import invalid
from aerostack_server.projects import projects

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}")


@router.get("")
@page("read")
async def show(request: Request, project: str) -> Response:
    """The project with what is live in each environment."""
    caller, server = caller_of(request), server_of(request)

    def work(connection: Connection) -> overview.Row:
        found = projects.find(connection, caller, project)
        known = overview.environments(connection, server.deploys, caller, [found])
        return overview.Row(found, known.get(found.id, []))

    row = await server.database.read(work)
    return render.page(request, "project.html", row=row, server_url=server.settings.url)


@router.post("/settings")
@page("admin")
async def change(request: Request, project: str) -> Response:
    """Its name, and who may call it."""
    sent = await forms.fields(request)
    body = api.Change(name=sent.get("name", "").strip() or None, public=sent.get("public") == "yes")
    made = render.document(await api.change(request, project, body))
    return see(f"/projects/{made['slug']}")


@router.post("/delete")
@page("admin")
async def remove(request: Request, project: str) -> Response:
    """With everything in it, once its name was typed."""
    caller, sent = caller_of(request), await forms.fields(request)
    found = await server_of(request).database.read(lambda connection: projects.find(connection, caller, project))
    if sent.get("confirm") != found.slug:
        raise invalid(f"what was typed is not {found.slug}", hint="nothing was deleted")
    await api.remove(request, found.slug)
    return see("/")
