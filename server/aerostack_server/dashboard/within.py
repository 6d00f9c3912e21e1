"""Pages of one environment: all show which, and lead to the others."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from aerostack_server.api import plan
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import render


async def page(
    request: Request, template: str, project: str, environment: str, status: int = 200, **values: Any
) -> Response:
    """The page. ``at`` is the path of the environment. Raises ``Problem`` when there is no such environment."""
    caller, server = caller_of(request), server_of(request)
    found = await plan.environment(server, caller, project, environment)
    owner = await plan.project(server, caller, project)
    at = f"/projects/{owner['slug']}/environments/{found['name']}"
    return render.page(request, template, status, project=owner, environment=found, at=at, **values)
