"""``/``: the projects, and a new one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.api import pages
from aerostack_server.api import projects as api
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, overview, render
from aerostack_server.dashboard.route import PageRoute, page, problem_of, see
from aerostack_server.problems import Problem

router = APIRouter(route_class=PageRoute)

_COUNT = 50


@router.get("/")
@page("read")
async def listed(request: Request, cursor: str | None = None) -> Response:
    """All of them with what is live."""
    return await _page(request, cursor)


@router.get("/projects")
@page("read")
async def also(request: Request) -> Response:
    """What people type."""
    return see("/")


@router.post("/projects")
@page("deploy")
async def create(request: Request) -> Response:
    """A new one, then its page."""
    sent = await forms.fields(request)
    try:
        try:
            body = api.NewProject(name=sent.get("name", "").strip(), public=sent.get("public", "yes") == "yes")
        except ValueError:
            raise Problem(422, "invalid", "a project needs a name of at most 100 characters") from None
        made = render.document(await api.create(request, body))
    except Problem as problem:
        return await _page(request, None, problem_of(problem))
    return see(f"/projects/{made['slug']}")


async def _page(request: Request, cursor: str | None, problem: Problem | None = None) -> Response:
    caller, server, after = caller_of(request), server_of(request), pages.after(cursor)
    found = await server.database.read(
        lambda connection: overview.listed(connection, server.deploys, caller, after=after, limit=_COUNT + 1)
    )
    shown = pages.page(found, _COUNT, lambda row: row, lambda row: (row.project.created_at, row.project.id))
    return render.page(
        request,
        "projects.html",
        problem.status if problem else 200,
        rows=shown["items"],
        next=shown["next"],
        first=cursor is None,
        problem=problem,
    )
