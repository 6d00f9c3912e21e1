"""``/account``: one's own password, and which account one works in."""

from __future__ import annotations

import asyncio
from hashlib import sha256

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, delete, select, update

from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import cookies, forms, render
from aerostack_server.dashboard.route import PageRoute, page, see
from aerostack_server.database import tables
from aerostack_server.identity import audit, passwords, throttle
from aerostack_server.problems import Problem, invalid, not_found

router = APIRouter(route_class=PageRoute, prefix="/account")


@router.get("")
@page("read")
async def show(request: Request) -> Response:
    """The forms."""
    return await _page(request)


@router.post("/password")
@page("read")
async def change(request: Request) -> Response:
    """A new password; every other session of the user ends."""
    caller, server, sent = caller_of(request), server_of(request), await forms.fields(request)
    people, bucket = tables.users, f"password of {caller.user_id}"
    token = cookies.session(request) or ""

    def attempt(connection: Connection) -> str | None:
        throttle.check(connection, bucket)
        throttle.failed(connection, bucket)
        return connection.scalar(select(people.c.password_hash).where(people.c.id == caller.user_id))

    def work(connection: Connection) -> None:
        throttle.succeeded(connection, bucket)
        connection.execute(update(people).where(people.c.id == caller.user_id).values(password_hash=hashed))
        sessions = tables.sessions
        mine = sha256(token.encode()).hexdigest()
        connection.execute(delete(sessions).where(sessions.c.user_id == caller.user_id, sessions.c.token_hash != mine))
        audit.note(connection, caller, "password.change", caller.name)

    try:
        stored = await server.database.write(attempt)
        if not await asyncio.to_thread(passwords.matches, sent.get("current", ""), stored):
            raise Problem(422, "wrong_password", "the present password is wrong")
        if sent.get("password") != sent.get("again"):
            raise invalid("the two new passwords are not the same")
        hashed = await asyncio.to_thread(passwords.hashed, sent.get("password", ""))
        await server.database.write(work)
    except Problem as problem:
        return await _page(request, problem=problem)
    return await _page(request, done=True)


@router.post("/switch")
@page("read")
async def switch(request: Request) -> Response:
    """Work in another account that one belongs to."""
    caller, wanted = caller_of(request), (await forms.fields(request)).get("account", "")
    token = sha256((cookies.session(request) or "").encode()).hexdigest()

    def work(connection: Connection) -> None:
        members, sessions = tables.memberships, tables.sessions
        known = select(members.c.role).where(members.c.user_id == caller.user_id, members.c.account_id == wanted)
        if connection.scalar(known) is None:
            raise not_found("account")
        connection.execute(update(sessions).where(sessions.c.token_hash == token).values(account_id=wanted))

    await server_of(request).database.write(work)
    return see("/")


async def _page(request: Request, problem: Problem | None = None, done: bool = False) -> Response:
    caller = caller_of(request)

    def work(connection: Connection) -> list[tuple[str, str]]:
        members, accounts = tables.memberships, tables.accounts
        rows = connection.execute(
            select(accounts.c.id, accounts.c.name)
            .join(members, members.c.account_id == accounts.c.id)
            .where(members.c.user_id == caller.user_id)
            .order_by(accounts.c.name)
        )
        return [(row.id, row.name) for row in rows]

    return render.page(
        request,
        "account.html",
        problem.status if problem else 200,
        accounts=await server_of(request).database.read(work),
        shortest=passwords.SHORTEST,
        problem=problem,
        done=done,
    )
