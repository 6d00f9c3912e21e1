"""``/sign-in`` and ``/sign-out``."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, select

from aerostack_server.api.route import server_of
from aerostack_server.dashboard import cookies, forms, render
from aerostack_server.dashboard.route import PageRoute, first_run, page, same_site, see
from aerostack_server.database import tables
from aerostack_server.identity import audit, passwords, sessions, throttle
from aerostack_server.identity import caller as callers
from aerostack_server.problems import Problem
from aerostack_server.server import Server

router = APIRouter(route_class=PageRoute)

_PASSWORD = 1000


@router.get("/sign-in")
@page("public")
async def ask(request: Request, next: str = "/") -> Response:
    """The form."""
    if request.state.caller is not None:
        return see(same_site(next))
    if await first_run(request):
        return see("/setup")
    return render.page(request, "sign_in.html", problem=None, email="", next=same_site(next))


@router.post("/sign-in")
@page("public")
async def sign_in(request: Request) -> Response:
    """A session. The answer is the same for a wrong password and for a user there is none of."""
    server, sent = server_of(request), await forms.fields(request)
    address, goal = sent.get("email", "").strip().lower(), same_site(sent.get("next", "/"))
    try:
        token = await _session(server, address, sent.get("password", ""), _buckets(request, address))
    except Problem as problem:
        request.state.caller = None
        answer = render.page(request, "sign_in.html", problem.status, problem=problem, email=address[:254], next=goal)
        if problem.retry_after is not None:
            answer.headers["Retry-After"] = str(max(1, int(problem.retry_after) + 1))
        return answer
    answer = see(goal)
    cookies.begin(request, answer, token)
    return answer


@router.post("/sign-out")
@page("read")
async def sign_out(request: Request) -> Response:
    """End the session, here and in the database."""
    token = cookies.session(request) or ""
    await server_of(request).database.write(lambda connection: sessions.sign_out(connection, token))
    answer = see("/sign-in")
    cookies.end(request, answer)
    return answer


async def _session(server: Server, address: str, password: str, buckets: tuple[str, ...]) -> str:
    def attempt(connection: Connection) -> tuple[str, str] | None:
        throttle.check(connection, *buckets)
        # Counted before the password is looked at: many at the same moment would otherwise all be free.
        throttle.failed(connection, *buckets)
        found = connection.execute(select(tables.users).where(tables.users.c.email == address)).first()
        return (found.id, found.password_hash) if found else None

    found = await server.database.write(attempt)
    fits = await asyncio.to_thread(passwords.matches, password[:_PASSWORD], found[1] if found else None)
    if found is None or not fits:
        raise Problem(401, "wrong_login", "e-mail address or password are wrong")

    def begin(connection: Connection) -> str | None:
        throttle.succeeded(connection, *buckets)
        made = sessions.sign_in(connection, found[0])
        return made.token if made else None

    token = await server.database.write(begin)
    caller = await callers.by_session(server.database, token) if token else None
    if token is None or caller is None:
        raise Problem(403, "no_account", "you belong to no account any more", hint="ask an owner of one to add you")
    await server.database.write(lambda connection: audit.note(connection, caller, "sign_in", caller.name))
    return token


def _buckets(request: Request, address: str) -> tuple[str, ...]:
    host = request.client.host if request.client else "unknown"
    return f"sign-in from {host}"[:120], throttle.sign_in_as(address)
