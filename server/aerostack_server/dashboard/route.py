"""What every page has: who may see it, a form's token, and failures as pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from aerostack.errors import AerostackError, RemoteError
from aerostack_server.api.failures import of_platform
from aerostack_server.api.route import server_of
from aerostack_server.dashboard import cookies, forms, render
from aerostack_server.identity import caller as callers
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, invalid

F = TypeVar("F", bound=Callable[..., Any])

#: Who may see a page: everybody, or a member with the scope.
POLICIES = ("public", "read", "deploy", "admin")


def page(name: str) -> Callable[[F], F]:
    """Declare who may see the page. A route without it cannot be added."""
    if name not in POLICIES:
        raise ValueError(f"there is no policy {name!r}")

    def declare(endpoint: F) -> F:
        endpoint.page = name  # type: ignore[attr-defined]
        return endpoint

    return declare


class PageRoute(APIRoute):
    """Leads to the sign-in who is not signed in, and refuses who may not, before the form is looked at."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "include_in_schema": False, "response_model": None})

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        declared: str = getattr(self.endpoint, "page", "")
        if declared not in POLICIES:
            raise TypeError(f"the page {self.path} declares no policy")
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.caller = None
            try:
                return await _guarded(request, declared, handler)
            except (Problem, RemoteError, RequestValidationError, ValidationError) as error:
                return render.problem(request, problem_of(error))

        return guarded


async def _guarded(request: Request, declared: str, handler: Callable[[Request], Awaitable[Response]]) -> Response:
    caller = await signed_in(request)
    request.state.caller = caller
    expected = caller.csrf if caller else None
    if caller is None and declared != "public":
        return await _elsewhere(request)
    if caller is not None and declared not in ("public", *caller.scopes):
        raise Problem(403, "forbidden", f"the role {caller.role} may not do this", hint="ask an owner of the account")
    if request.method == "POST":
        await forms.check(request, cookies.sent_form_token(request) if declared == "public" else expected)
    return await handler(request)


async def signed_in(request: Request) -> Caller | None:
    """Whose session it is."""
    token = cookies.session(request)
    return await callers.by_session(server_of(request).database, token) if token else None


async def first_run(request: Request) -> bool:
    """Whether nobody has an account yet."""
    return await server_of(request).database.row("SELECT 1 FROM accounts LIMIT 1", {}) is None


async def _elsewhere(request: Request) -> Response:
    if await first_run(request):
        return see("/setup")
    back = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    target = "/sign-in" if back == "/" else f"/sign-in?next={quote(back, safe='')}"
    if "hx-request" in request.headers:  # a part of a page: the whole has to go there
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return see(target)


def see(path: str) -> Response:
    """Continue with another page."""
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


def same_site(path: str) -> str:
    """The path if it is one of ours, else the first page."""
    fine = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() and "\\" not in path
    return path if fine else "/"


def problem_of(error: Exception) -> Problem:
    """What the API would answer."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, AerostackError):
        return of_platform(error)
    assert isinstance(error, (RequestValidationError, ValidationError))
    # Without the input: it may be a secret.
    first = error.errors()[0]
    return invalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
