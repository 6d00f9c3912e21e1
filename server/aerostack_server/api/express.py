"""The short way to the routes that every deploy takes: FastAPI's own costs several times what they do.

A route is the same on both: declared once, with its policy, in the document like any other. Whatever is unusual about a
request (a query, an escaped path, a name that cannot be one) goes the long way, which knows what to say to it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from aerostack_server.api.failures import handled
from aerostack_server.api.route import admit

F = TypeVar("F", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}\Z")


def express(endpoint: F) -> F:
    """For an endpoint that takes nothing but the request and names in the path, and answers with a ``Response``."""
    endpoint.express = True  # type: ignore[attr-defined]
    return endpoint


@dataclass(frozen=True, slots=True)
class _Stop:
    """``parts`` of the path; those without a text are what ``names`` says."""

    parts: tuple[str | None, ...]
    names: tuple[str, ...]
    policy: str
    endpoint: Callable[..., Awaitable[Response]]

    def names_in(self, parts: list[str]) -> dict[str, str] | None:
        """What the path says for each name; ``None`` when it is another path."""
        found = []
        for wanted, part in zip(self.parts, parts, strict=True):
            if wanted is None:
                found.append(part)
            elif wanted != part:
                return None
        return dict(zip(self.names, found, strict=True)) if all(map(_NAME.match, found)) else None


class Express:
    """Stands before the application."""

    def __init__(self, app: FastAPI, *, prefix: str, routers: Iterable[APIRouter]) -> None:
        self._app = app
        self._stops: dict[tuple[str, int], list[_Stop]] = {}
        for router in routers:
            for route in router.routes:
                if isinstance(route, APIRoute) and getattr(route.endpoint, "express", False):
                    self._add(prefix, route)

    def _add(self, prefix: str, route: APIRoute) -> None:
        parts = f"{prefix}{route.path}".split("/")
        names = tuple(part[1:-1] for part in parts if part.startswith("{"))
        stop = _Stop(
            tuple(None if part.startswith("{") else part for part in parts),
            names,
            route.endpoint.policy,  # type: ignore[attr-defined]
            route.endpoint,
        )
        for method in route.methods or ():
            self._stops.setdefault((method, len(parts)), []).append(stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["query_string"]:
            parts = scope["path"].split("/")
            for stop in self._stops.get((scope["method"], len(parts)), ()):
                names = stop.names_in(parts)
                if names is not None:
                    scope["app"] = self._app
                    answer = await self._answer(stop, names, Request(scope, receive))
                    await answer(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(self, stop: _Stop, names: dict[str, str], request: Request) -> Response:
        try:
            await admit(request, stop.policy)
            return await stop.endpoint(request, **names)
        except Exception as error:
            return await handled(request, error)
