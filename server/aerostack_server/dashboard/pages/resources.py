"""``…/resources``: databases, namespaces, buckets and queues."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.dashboard import within
from aerostack_server.dashboard.route import PageRoute, page

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}/resources")


@router.get("")
@page("read")
async def listed(request: Request, project: str, environment: str) -> Response:
    """What the environment has."""
    return await within.page(
        request,
        "resources.html",
        project,
        environment,
    )
