"""``/setup``: the first account, while there is none."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, text

from aerostack_server.api.route import server_of
from aerostack_server.dashboard import cookies, forms, render
from aerostack_server.dashboard.route import PageRoute, first_run, page, see
from aerostack_server.identity import passwords, sessions, users
from aerostack_server.identity.sessions import NewSession
from aerostack_server.problems import Problem, conflict, invalid

router = APIRouter(route_class=PageRoute)

_NAME = 100


@router.get("/setup")
@page("public")
async def ask(request: Request) -> Response:
    """The form; afterwards it leads to the sign-in."""
    if not await first_run(request):
        return see("/")
    return render.page(request, "setup.html", problem=None, sent={}, shortest=passwords.SHORTEST)


@router.post("/setup")
@page("public")
async def create(request: Request) -> Response:
    """Make the account, and sign its owner in."""
    server, sent = server_of(request), await forms.fields(request)
    name, address = sent.get("name", "").strip(), sent.get("email", "")

    def work(connection: Connection) -> NewSession | None:
        if connection.dialect.name == "postgresql":
            # Two who ask at the same moment would both find nobody.
            connection.execute(text("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE"))
        if users.any_account(connection):
            raise conflict("setup_done", "there is an account already", hint="sign in")
        _, user = users.create_account(connection, name=name, address=address, password_hash=hashed)
        return sessions.sign_in(connection, user)

    try:
        if not await first_run(request):
            raise conflict("setup_done", "there is an account already", hint="sign in")
        if not 1 <= len(name) <= _NAME or not name.isprintable():
            raise invalid("the account needs a name")
        if sent.get("password") != sent.get("again"):
            raise invalid("the two passwords are not the same")
        users.email(address)
        hashed = await asyncio.to_thread(passwords.hashed, sent.get("password", ""))
        made = await server.database.write(work)
    except Problem as problem:
        shown = {"name": name, "email": address}
        return render.page(
            request, "setup.html", problem.status, problem=problem, sent=shown, shortest=passwords.SHORTEST
        )
    answer = see("/")
    if made is not None:
        cookies.begin(request, answer, made.token)
    return answer
