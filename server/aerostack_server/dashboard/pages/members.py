"""``/members``: who belongs to the account."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.api import members as api
from aerostack_server.dashboard import forms, render
from aerostack_server.dashboard.route import PageRoute, page, problem_of, see
from aerostack_server.identity.caller import ROLES
from aerostack_server.identity.passwords import SHORTEST
from aerostack_server.problems import Problem

router = APIRouter(route_class=PageRoute, prefix="/members")


@router.get("")
@page("admin")
async def listed(request: Request) -> Response:
    """Everybody with their role."""
    return await _page(request)


@router.post("")
@page("admin")
async def add(request: Request) -> Response:
    """Somebody more."""
    sent = await forms.fields(request)
    try:
        try:
            body = api.NewMember.model_validate(
                {
                    "email": sent.get("email", ""),
                    "role": sent.get("role", "member"),
                    "password": sent.get("password") or None,
                }
            )
        except ValueError as error:
            raise problem_of(error) from None
        await api.add(request, body)
    except Problem as problem:
        return await _page(request, problem)
    return see("/members")


@router.post("/role")
@page("admin")
async def change(request: Request) -> Response:
    """Another role."""
    sent = await forms.fields(request)
    try:
        body = api.Change.model_validate({"role": sent.get("role", "")})
        await api.change(request, sent.get("member", ""), body)
    except ValueError as error:
        raise problem_of(error) from None
    except Problem as problem:
        return await _page(request, problem)
    return see("/members")


@router.post("/remove")
@page("admin")
async def remove(request: Request) -> Response:
    """With their sessions and keys."""
    await api.remove(request, (await forms.fields(request)).get("member", ""))
    return see("/members")


async def _page(request: Request, problem: Problem | None = None) -> Response:
    return render.page(
        request,
        "members.html",
        problem.status if problem else 200,
        items=render.document(await api.listed(request))["items"],
        roles=ROLES,
        shortest=SHORTEST,
        problem=problem,
    )
