"""Users and accounts."""

from __future__ import annotations

import re

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from aerostack_server import clock, ids
from aerostack_server.database import tables
from aerostack_server.identity import audit, throttle
from aerostack_server.problems import Problem, conflict, invalid

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")

#: An edge answers below `edge.localhost` itself.
_RESERVED = {"edge"}


def email(text: str) -> str:
    """An address as it is stored. Raises ``Problem`` for what is none."""
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address) or not address.isprintable():
        raise invalid("that is no e-mail address")
    return address


def any_account(connection: Connection) -> bool:
    """Whether anybody has an account yet: without one the dashboard offers to make the first."""
    return connection.execute(select(tables.accounts.c.id).limit(1)).first() is not None


def create_account(connection: Connection, *, name: str, address: str, password_hash: str) -> tuple[str, str]:
    """A user who owns a new account; the ids of both. Raises ``Problem`` when the address is taken."""
    account, user, now = ids.new("acc"), ids.new("usr"), clock.now()
    try:
        connection.execute(
            insert(tables.users).values(id=user, email=email(address), password_hash=password_hash, created_at=now)
        )
    except IntegrityError:
        raise conflict("email_taken", "there is a user of that address") from None
    connection.execute(
        insert(tables.accounts).values(id=account, name=name, slug=free_slug(connection, name), created_at=now)
    )
    connection.execute(
        insert(tables.memberships).values(account_id=account, user_id=user, role="owner", created_at=now)
    )
    return account, user


def set_password(connection: Connection, address: str, password_hash: str) -> None:
    """Raises ``Problem`` when nobody has the address. All sessions end, and nothing of failed logins is remembered."""
    address = email(address)
    user = connection.scalar(select(tables.users.c.id).where(tables.users.c.email == address))
    if user is None:
        raise Problem(404, "user_not_found", f"nobody has the e-mail address {address}")
    connection.execute(update(tables.users).where(tables.users.c.id == user).values(password_hash=password_hash))
    connection.execute(delete(tables.sessions).where(tables.sessions.c.user_id == user))
    throttle.succeeded(connection, throttle.sign_in_as(address))
    of = select(tables.memberships.c.account_id).where(tables.memberships.c.user_id == user)
    for account in connection.scalars(of.order_by(tables.memberships.c.account_id)).all():
        audit.note_operator(connection, account, "password.reset", address)


def free_slug(connection: Connection, name: str) -> str:
    """A label for an account's host names that nobody else has."""
    base = ids.slug(name, 30) or "account"
    taken = set(connection.scalars(select(tables.accounts.c.slug).where(tables.accounts.c.slug.like(f"{base}%"))))
    taken |= _RESERVED
    if base not in taken:
        return base
    return next(made for number in range(2, len(taken) + 3) if (made := f"{base}-{number}") not in taken)
