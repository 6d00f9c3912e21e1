"""``…/logs``: what the live Worker does, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from aerostack_server.api import environments
from aerostack_server.api.environments import Name, ProjectRef
from aerostack_server.api.route import PolicyRoute, caller_of, policy, server_of
from aerostack_server.deploys.logs import Watch
from aerostack_server.deploys.place import Place, place
from aerostack_server.problems import not_found

router = APIRouter(route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/logs", tags=["logs"])


@router.get("", response_class=StreamingResponse)
@policy("read")
async def follow(
    request: Request,
    project: ProjectRef,
    environment: Name,
    filter: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One event for each request or schedule, once it is over; with `filter` only those that hold the text."""
    caller, server = caller_of(request), server_of(request)

    def find(connection: Connection) -> Place | None:
        return place(connection, environments.find(connection, caller, project, environment).environment.id)

    where = await server.database.read(find)
    if where is None:
        raise not_found("environment")
    watch = await server.logs.watch(where)
    return _Stream(watch, filter.casefold())


class _Stream(StreamingResponse):
    def __init__(self, watch: Watch, wanted: str) -> None:
        headers = {"Cache-Control": "no-store"}
        super().__init__(_events(watch, wanted), media_type="text/event-stream", headers=headers)
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watch.stop()


async def _events(watch: Watch, wanted: str) -> AsyncIterator[str]:
    yield ": watching\n\n"
    async for item in watch.items():
        if not item:
            yield ":\n\n"
        elif wanted in item.casefold():
            yield f"event: trace\ndata: {item}\n\n"
