"""``…/logs``: what the live Worker does, as it happens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.api import logs as api
from aerostack_server.dashboard import within
from aerostack_server.dashboard.route import PageRoute, page

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}/logs")

_FILTER = 200


@router.get("")
@page("read")
async def show(request: Request, project: str, environment: str, filter: str = "") -> Response:
    """The page that the stream is shown on."""
    return await within.page(
        request,
        "logs.html",
        project,
        environment,
        filter=filter[:_FILTER],
    )


@router.get("/stream")
@page("read")
async def stream(request: Request, project: str, environment: str, filter: str = "") -> Response:
    """Server-sent events, as the API has them."""
    return await api.follow(request, project, environment, filter[:_FILTER])
