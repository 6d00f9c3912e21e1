"""Every failure in one shape."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from aerostack.errors import AerostackError, RateLimitError, RemoteError
from aerostack_server.api.route import answer
from aerostack_server.log import say_failure
from aerostack_server.problems import Problem, invalid, unavailable


def install(app: FastAPI) -> None:
    """Let the application answer with them."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, _bug)


async def handled(request: Request, error: Exception) -> Response:
    """The answer that a failure is, whatever it is."""
    for kind, handler in _HANDLERS.items():
        if isinstance(error, kind):
            return await handler(request, error)
    return await _bug(request, error)


def shown(problem: Problem) -> Response:
    """As an answer."""
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after)))
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return answer(problem.document(), problem.status, headers)


def of_platform(error: AerostackError) -> Problem:
    """What the platform refused, as the server's users should see it."""
    if isinstance(error, RateLimitError):
        return unavailable("the platform is busy", error.retry_after or 10)
    if isinstance(error, RemoteError) and error.status is not None and error.status < 500:
        code = f"platform_{error.remote_code}" if error.remote_code else "platform_refused"
        return Problem(422, code, error.message, hint=error.hint)
    return Problem(502, "platform_unavailable", "the platform does not answer", hint="try again in a minute")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return shown(error)


async def _platform(request: Request, error: Exception) -> Response:
    assert isinstance(error, AerostackError)
    return shown(of_platform(error))


async def _not_storable(request: Request, error: Exception) -> Response:
    # PostgreSQL has no text with a NUL in it, wherever in a request it was. SQLite finds nothing of that name.
    return shown(invalid("a name or text in the request has a character that cannot be stored"))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Without the input: it may be a password.
    details = [{"where": ".".join(map(str, item["loc"])), "problem": item["msg"]} for item in error.errors()]
    first = details[0] if details else {"where": "body", "problem": "is wrong"}
    return shown(Problem(422, "invalid", f"{first['where']}: {first['problem']}", details=details))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes: dict[int, str] = {404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}
    found = shown(Problem(error.status_code, codes.get(error.status_code, "refused"), str(error.detail)))
    found.headers.update(error.headers or {})
    return found


async def _gone(request: Request, error: Exception) -> Response:
    # Nobody reads it; the log does not call it a bug of ours.
    return shown(Problem(408, "too_slow", "the client went away before the body came to its end"))


async def _bug(request: Request, error: Exception) -> Response:
    say_failure(error)
    return shown(Problem(500, "internal", "something is wrong with the server"))


_HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Problem: _problem,
    RequestValidationError: _invalid,
    HTTPException: _http,
    RemoteError: _platform,
    DataError: _not_storable,
    ClientDisconnect: _gone,
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """``responses`` of a router: what any of its routes may refuse."""
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        status: {"description": _MEANS[status], "content": {"application/json": {"schema": schema}}}
        for status in statuses
    }


_MEANS = {
    400: "Not a request",
    401: "No valid key",
    403: "The key lacks the scope",
    404: "No such thing, or somebody else's",
    408: "The body did not come to its end",
    409: "It exists already, or changed meanwhile",
    412: "Another deployment is live by now",
    413: "Too large",
    414: "The path is too long",
    422: "Invalid",
    429: "Too many requests",
    502: "The platform does not answer",
    503: "Too busy; Retry-After says when to try again",
}
