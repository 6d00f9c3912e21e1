"""``/keys``: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from aerostack_server.api import keys as api
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, render
from aerostack_server.dashboard.route import PageRoute, page, problem_of, see
from aerostack_server.problems import Problem, invalid
from aerostack_server.projects import projects

router = APIRouter(route_class=PageRoute, prefix="/keys")


@router.get("")
@page("admin")
async def listed(request: Request) -> Response:
    """Those that are good."""
    return await _page(request)


@router.post("")
@page("admin")
async def create(request: Request) -> Response:
    """A new one, on the only page that ever shows it."""
    sent, scopes = await forms.fields(request), await forms.several(request, "scope")
    days = sent.get("expires_in", "")
    try:
        if not days.isdecimal() and days:
            raise invalid("a key lasts a number of days")
        try:
            body = api.NewKey.model_validate(
                {
                    "name": sent.get("name", "").strip(),
                    "scopes": scopes,
                    "project": sent.get("project") or None,
                    "expires_in": int(days[:6]) if days else None,
                }
            )
        except ValueError as error:
            raise problem_of(error) from None
        made = render.document(await api.create(request, body))
    except Problem as problem:
        return await _page(request, problem=problem)
    return await _page(request, made=made)


@router.post("/revoke")
@page("admin")
async def revoke(request: Request) -> Response:
    """From now on it is not accepted."""
    await api.revoke(request, (await forms.fields(request)).get("key", ""))
    return see("/keys")


async def _page(request: Request, made: dict[str, Any] | None = None, problem: Problem | None = None) -> Response:
    caller = caller_of(request)
    known = await server_of(request).database.read(
        lambda connection: projects.listed(connection, caller, after=None, limit=500)
    )
    return render.page(
        request,
        "keys.html",
        problem.status if problem else 200,
        items=render.document(await api.listed(request))["items"],
        projects={project.id: project for project in known},
        made=made,
        problem=problem,
    )
