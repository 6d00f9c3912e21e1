"""``/audit``: who did what."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.api import audit as api
from aerostack_server.dashboard import render
from aerostack_server.dashboard.route import PageRoute, page

router = APIRouter(route_class=PageRoute)

_COUNT = 50


@router.get("/audit")
@page("admin")
async def listed(request: Request, cursor: str | None = None) -> Response:
    """The newest first."""
    found = render.document(await api.listed(request, _COUNT, cursor))
    return render.page(request, "audit.html", items=found["items"], next=found["next"])
