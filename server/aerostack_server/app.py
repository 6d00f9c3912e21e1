"""The ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import ASGIApp

from aerostack import __version__
from aerostack.errors import AerostackError
from aerostack_server import clock
from aerostack_server.api import (
    assets,
    audit,
    d1,
    deployments,
    device,
    environments,
    failures,
    keys,
    kv,
    logs,
    me,
    members,
    projects,
    resources,
    secrets,
)
from aerostack_server.api.express import Express
from aerostack_server.api.route import PolicyRoute, answer, policy, server_of
from aerostack_server.cli_api import account, deploy
from aerostack_server.dashboard import install as dashboard
from aerostack_server.database import Database
from aerostack_server.deploys.artifacts import artifacts
from aerostack_server.deploys.deploys import Deploys, address
from aerostack_server.deploys.logs import Logs
from aerostack_server.deploys.room import Room
from aerostack_server.deploys.sealing import events_secret
from aerostack_server.guard import Guard
from aerostack_server.identity import vault
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import unavailable
from aerostack_server.processes import Line
from aerostack_server.server import Server
from aerostack_server.settings import Settings

API = "/api/v1"
ROUTERS = (
    me,
    projects,
    environments,
    deployments,
    assets,
    resources,
    secrets,
    d1,
    kv,
    logs,
    keys,
    members,
    audit,
    device,
)
EXISTING_CLIENTS = (account, deploy)

_REFUSALS = (400, 401, 403, 404, 408, 409, 412, 413, 414, 422, 429, 502, 503)

health = APIRouter(route_class=PolicyRoute, tags=["health"])


@health.get("/healthz")
@policy("public")
async def alive(request: Request) -> Response:
    """The process answers."""
    return answer({"version": __version__})


@health.get("/readyz")
@policy("public")
async def ready(request: Request) -> Response:
    """Database and platform answer too."""
    server = server_of(request)
    await server.database.row("SELECT 1", {})
    try:
        await server.deploys.check()
    except AerostackError:
        raise unavailable("the platform does not answer") from None
    return answer({"version": __version__})


def served(app: FastAPI, settings: Settings, log: Callable[[str], None] | None = None) -> ASGIApp:
    """The application as it is served: what holds for every request, and the short way, come before FastAPI's own."""
    express = Express(app, prefix=API, routers=[module.router for module in ROUTERS])
    return Guard(express, secure=settings.secure, log=log)


def create(settings: Settings) -> FastAPI:
    """The application; it connects to database and platform when it starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(settings.database_url)
        await database.open()
        await clock.follow(database.moment)
        following = asyncio.create_task(clock.keep_following(database.moment))
        sealed = vault.of(settings.master_key, settings.data)
        deploys = Deploys(
            database,
            Platform(settings, await database.write(lambda connection: events_secret(connection, sealed))),
            await asyncio.to_thread(artifacts, settings.artifacts_url, settings.data / "artifacts", os.environ),
            sealed,
            workers=max(1, settings.workers // settings.processes),
            room=app.state.room,
            line=app.state.line,
            account_host=address(settings.tenant_scheme),
        )
        server = Server(settings, database, sealed, deploys, Logs(deploys))
        app.state.server = server
        await deploys.start()
        try:
            yield
        finally:
            await server.logs.stop()
            await deploys.stop()
            await server.drain()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await database.close()

    app = FastAPI(
        title="Aerostack",
        version=__version__,
        description="Deploy Cloudflare Workers projects to Aerostack.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.line = Line()
    app.state.room = Room(share=settings.processes)
    failures.install(app)
    app.include_router(health, responses=failures.documented(503))
    for module in (*ROUTERS, *EXISTING_CLIENTS):
        app.include_router(module.router, prefix=API, responses=failures.documented(*_REFUSALS))
    dashboard.install(app)
    _document_errors(app)
    return app


def _document_errors(app: FastAPI) -> None:
    """Put the one shape of all refusals, and how to authenticate, into the OpenAPI document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            components = document.setdefault("components", {})
            components.setdefault("schemas", {})["Error"] = _ERROR
            components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


_ERROR = {
    "type": "object",
    "required": ["error", "code", "message"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "hint": {"type": "string"},
                "details": {},
            },
        },
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}
