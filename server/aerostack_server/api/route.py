"""What every route of the API has: a policy that is checked before anything else, and plain answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from aerostack_server import clock
from aerostack_server.identity import caller as callers
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import unauthenticated

if TYPE_CHECKING:
    from aerostack_server.server import Server

F = TypeVar("F", bound=Callable[..., Any])

#: Who may call a route: everybody, or a key or member with the scope. ``account:`` excludes keys of one project.
POLICIES = ("public", "read", "deploy", "admin", "account:read", "account:deploy", "account:admin")


def policy(name: str) -> Callable[[F], F]:
    """Declare who may call the route. A route without it cannot be added."""
    if name not in POLICIES:
        raise ValueError(f"there is no policy {name!r}")

    def declare(endpoint: F) -> F:
        endpoint.policy = name  # type: ignore[attr-defined]
        return endpoint

    return declare


class PolicyRoute(APIRoute):
    """Authenticates by key, and refuses who may not, before the body is looked at."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        declared: str = getattr(self.endpoint, "policy", "")
        if declared not in POLICIES:
            raise TypeError(f"the route {self.path} declares no policy")
        handler = super().get_route_handler()
        scope = declared.rpartition(":")[2]
        # What the document says of it is what is checked.
        security = [] if declared == "public" else [{"key": [scope]}]
        self.openapi_extra = {**(self.openapi_extra or {}), "security": security}
        if declared == "public":
            return handler

        async def guarded(request: Request) -> Response:
            await admit(request, declared)
            return await handler(request)

        return guarded


async def admit(request: Request, declared: str) -> None:
    """Let the request have a caller that the policy allows. Raises ``Problem``."""
    caller = await authenticated(request)
    account_only, _, scope = declared.rpartition(":")
    if account_only:
        caller.require_account(scope)
    else:
        caller.require(scope)
    request.state.caller = caller


async def authenticated(request: Request) -> Caller:
    """The caller by their key. Raises ``Problem``."""
    key = presented(request.headers)
    server = server_of(request)
    found = await callers.by_key(server.database, key) if key else None
    if found is None:
        raise unauthenticated()
    if found.last_used_at is None or clock.now() - found.last_used_at > callers.USE_NOTED:
        server.note_use(found)
    return found


def presented(headers: Mapping[str, str]) -> str | None:
    """The key of a request, in any of the three places where clients put it."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return headers.get("x-api-key") or headers.get("x-aerostack-key")


def server_of(request: Request) -> Server:
    """The server that a request came to."""
    server: Server = request.app.state.server
    return server


def caller_of(request: Request) -> Caller:
    """Who sent it; only where the policy is not ``public``."""
    caller: Caller = request.state.caller
    return caller


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, encoded here: FastAPI would first walk through it to make it encodable."""
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(body, status, headers=dict(headers or {}), media_type="application/json")


def nothing() -> Response:
    """204."""
    return Response(status_code=204)
