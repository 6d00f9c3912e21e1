"""``/api/v1/members``: who belongs to the account."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, delete, func, insert, select, update

from aerostack_server import clock, ids
from aerostack_server.api.route import PolicyRoute, answer, caller_of, nothing, policy, server_of
from aerostack_server.database import tables
from aerostack_server.deploys import keyring
from aerostack_server.identity import audit, keys, passwords, users
from aerostack_server.identity.caller import ROLES, Caller
from aerostack_server.problems import Problem, conflict, invalid, not_found

router = APIRouter(route_class=PolicyRoute, tags=["members"])


Role = Literal["owner", "admin", "member", "viewer"]


class NewMember(BaseModel):
    """Somebody new gets the ``password`` to sign in with; who has a login already keeps theirs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[str, Field(max_length=254)]
    role: Role = "member"
    password: Annotated[str, Field(max_length=1000)] | None = None


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    role: Role


@router.get("/members")
@policy("account:admin")
async def listed(request: Request) -> Response:
    """Everybody with their role."""
    caller = caller_of(request)
    return answer({"items": await server_of(request).database.read(lambda c: of(c, caller.account_id)), "next": None})


@router.post("/members", status_code=201)
@policy("account:admin")
async def add(request: Request, body: NewMember) -> Response:
    """Let somebody belong to the account."""
    caller = caller_of(request)
    # It takes as long as many writes, which would all wait for it.
    hashed = None if body.password is None else await asyncio.to_thread(passwords.hashed, body.password)

    def work(connection: Connection) -> dict[str, Any]:
        if body.role == "owner":
            _require_owner(connection, caller)
        address = users.email(body.email)
        found = connection.scalar(select(tables.users.c.id).where(tables.users.c.email == address))
        user = str(found) if found else ids.new("usr")
        if found is None:
            if hashed is None:
                raise invalid(
                    f"{address} has no login here yet",
                    hint=f"give a first password, of at least {passwords.SHORTEST} characters",
                )
            connection.execute(
                insert(tables.users).values(id=user, email=address, password_hash=hashed, created_at=clock.now())
            )
        members = tables.memberships
        known = select(members.c.role).where(members.c.account_id == caller.account_id, members.c.user_id == user)
        if connection.scalar(known) is not None:
            raise conflict("member_exists", f"{address} is a member already")
        connection.execute(
            insert(members).values(account_id=caller.account_id, user_id=user, role=body.role, created_at=clock.now())
        )
        audit.note(connection, caller, "member.add", address, role=body.role)
        return next(item for item in of(connection, caller.account_id) if item["id"] == user)

    return answer(await server_of(request).database.write(work), 201)


@router.patch("/members/{member}")
@policy("account:admin")
async def change(request: Request, member: str, body: Change) -> Response:
    """Another role, from now on. Of their keys in this account stays what it may do. The last owner stays one."""
    caller = caller_of(request)

    def work(connection: Connection) -> dict[str, Any]:
        members, account = tables.memberships, caller.account_id
        found = _found(connection, account, member)
        if body.role != found["role"]:
            if "owner" in (body.role, found["role"]):
                _require_owner(connection, caller)
            _require_another_owner(connection, account, found)
            here = (members.c.account_id == account) & (members.c.user_id == member)
            connection.execute(update(members).where(here).values(role=body.role))
            keys.limit(connection, account, member, ROLES[body.role])
            audit.note(connection, caller, "member.change", found["email"], role=body.role, before=found["role"])
        return {**found, "role": body.role}

    return answer(await server_of(request).database.write(work))


@router.delete("/members/{member}", status_code=204)
@policy("account:admin")
async def remove(request: Request, member: str) -> Response:
    """Their sessions and keys in this account end with it. The last owner stays."""
    caller = caller_of(request)

    def work(connection: Connection) -> None:
        members, account = tables.memberships, caller.account_id
        found = _found(connection, account, member)
        if found["role"] == "owner":
            _require_owner(connection, caller)
        _require_another_owner(connection, account, found)
        for table in (members, tables.sessions, tables.keys):
            connection.execute(delete(table).where(table.c.account_id == account, table.c.user_id == member))
        keyring.changed(connection, account)
        audit.note(connection, caller, "member.remove", found["email"])

    await server_of(request).database.write(work)
    return nothing()


def _found(connection: Connection, account: str, member: str) -> dict[str, Any]:
    """A member; until the transaction ends nobody else changes those of the account. Raises ``Problem``."""
    # Two owners who remove each other at the same moment would both find another one.
    connection.execute(select(tables.accounts.c.id).where(tables.accounts.c.id == account).with_for_update())
    found = next((item for item in of(connection, account) if item["id"] == member), None)
    if found is None:
        raise not_found("member")
    return found


def _require_another_owner(connection: Connection, account: str, member: dict[str, Any]) -> None:
    """Raise ``Problem`` when the member is the only owner."""
    members = tables.memberships
    owners = select(func.count()).where(members.c.account_id == account, members.c.role == "owner")
    if member["role"] == "owner" and connection.scalar(owners) == 1:
        raise conflict("last_owner", "an account needs an owner", hint="add another owner first")


def _require_owner(connection: Connection, caller: Caller) -> None:
    """Raise ``Problem`` when a member other than an owner, or a key of such a one, decides who owns the account."""
    members = tables.memberships
    role = select(members.c.role).where(members.c.account_id == caller.account_id, members.c.user_id == caller.user_id)
    # A key without a user is the account's own.
    if caller.user_id is not None and connection.scalar(role) != "owner":
        raise Problem(
            403,
            "forbidden",
            "only an owner decides who is an owner",
            hint="ask an owner of the account",
        )


def of(connection: Connection, account: str) -> list[dict[str, Any]]:
    """The members of an account, as the API shows them."""
    members, people = tables.memberships, tables.users
    rows = connection.execute(
        select(people.c.id, people.c.email, members.c.role, members.c.created_at)
        .join(people, people.c.id == members.c.user_id)
        .where(members.c.account_id == account)
        .order_by(members.c.created_at)
    )
    return [
        {"id": row.id, "email": row.email, "role": row.role, "created_at": clock.shown(row.created_at)} for row in rows
    ]
