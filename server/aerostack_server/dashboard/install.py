"""Add the dashboard to the application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from aerostack_server.dashboard.pages import (
    account,
    audit,
    d1,
    device,
    environment,
    keys,
    kv,
    logs,
    members,
    project,
    projects,
    resources,
    secrets,
    setup,
    sign_in,
)
from aerostack_server.dashboard.render import STATIC

PAGES = (
    setup,
    sign_in,
    device,
    projects,
    project,
    environment,
    secrets,
    resources,
    d1,
    kv,
    logs,
    keys,
    members,
    audit,
    account,
)


class _Kept(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200 and scope["query_string"]:
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def install(app: FastAPI) -> None:
    """The pages and their files."""
    for module in PAGES:
        app.include_router(module.router)
    app.mount("/static", _Kept(directory=STATIC))
