"""Sessions of the dashboard: a random token in a cookie, of which the database has the hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from aerostack_server import clock
from aerostack_server.database import tables

COOKIE = "aerostack_session"
LIFETIME = 14 * clock.DAY


@dataclass(frozen=True, slots=True)
class NewSession:
    """``token`` goes into the cookie and nowhere else."""

    token: str
    csrf: str


def sign_in(connection: Connection, user: str) -> NewSession | None:
    """A session of a user in the first of their accounts; ``None`` when they have none any more."""
    account = connection.scalar(
        select(tables.memberships.c.account_id)
        .where(tables.memberships.c.user_id == user)
        .order_by(tables.memberships.c.created_at)
    )
    if account is None:
        return None
    made, now = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(24)), clock.now()
    connection.execute(delete(tables.sessions).where(tables.sessions.c.expires_at <= now))
    connection.execute(
        insert(tables.sessions).values(
            token_hash=sha256(made.token.encode()).hexdigest(),
            user_id=user,
            account_id=account,
            csrf=made.csrf,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return made


def sign_out(connection: Connection, token: str) -> None:
    """End a session."""
    connection.execute(
        delete(tables.sessions).where(tables.sessions.c.token_hash == sha256(token.encode()).hexdigest())
    )
