"""Logging a program in through the browser of its user (RFC 8628)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection, case, delete, func, insert, select, update

from aerostack_server import clock, ids
from aerostack_server.database import tables
from aerostack_server.identity import keys
from aerostack_server.identity.caller import ROLES
from aerostack_server.problems import not_found, too_many, unavailable

LIFETIME = 10 * clock.MINUTE
#: Seconds between two questions of the program.
INTERVAL = 2
_LONGEST_NAME = 100
#: Logins that wait for somebody, from one address and all together: whoever begins one need not be anybody.
_MOST_OF_ONE, _MOST = 50, 10_000

#: Without vowels and look-alikes: it is read aloud and typed.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class NewDevice:
    device_code: str
    user_code: str


def begin(connection: Connection, client_name: str, source: str) -> NewDevice:
    """A login that somebody has to approve; ``source`` is the address it comes from. Raises ``Problem``."""
    now, devices = clock.now(), tables.device_logins
    connection.execute(delete(devices).where(devices.c.expires_at <= now))
    of_one = func.count(case((devices.c.source == source, 1)))
    waiting, of_source = connection.execute(select(func.count(), of_one).select_from(devices)).one()
    if waiting >= _MOST:
        raise unavailable("too many logins wait for somebody to approve them", 60)
    if of_source >= _MOST_OF_ONE:
        raise too_many("too many logins from your address wait for somebody to approve them", 60)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    made = NewDevice(secrets.token_urlsafe(32), f"{letters[:4]}-{letters[4:]}")
    connection.execute(
        insert(tables.device_logins).values(
            device_hash=_hash(made.device_code),
            user_code=made.user_code,
            client_name=client_name[:100],
            source=source,
            status="pending",
            created_at=now,
            expires_at=now + LIFETIME,
            polled_at=0,
        )
    )
    return made


def pending(connection: Connection, user_code: str) -> str:
    """The name of the program that waits. Raises ``Problem`` when there is none, or no longer."""
    row = connection.execute(
        select(tables.device_logins.c.client_name).where(
            tables.device_logins.c.user_code == normal(user_code),
            tables.device_logins.c.status == "pending",
            tables.device_logins.c.expires_at > clock.now(),
        )
    ).first()
    if row is None:
        raise not_found("login")
    return str(row.client_name)


def decide(connection: Connection, user_code: str, *, account: str, user: str, approve: bool) -> None:
    """Approve or deny. Raises ``Problem`` as ``pending`` does."""
    devices = tables.device_logins
    decided = connection.execute(
        update(devices)
        .where(
            devices.c.user_code == normal(user_code),
            devices.c.status == "pending",
            devices.c.expires_at > clock.now(),
        )
        .values(status="approved" if approve else "denied", account_id=account, user_id=user)
    )
    if not decided.rowcount:
        raise not_found("login")


Refusal = Literal["authorization_pending", "slow_down", "expired_token", "access_denied"]


def claim(connection: Connection, device_code: str) -> keys.NewKey | Refusal:
    """The key of an approved login, once; else why there is none."""
    devices, now = tables.device_logins, clock.now()
    row = connection.execute(select(devices).where(devices.c.device_hash == _hash(device_code))).first()
    if row is None or row.expires_at <= now:
        return "expired_token"
    if row.status == "pending":
        connection.execute(update(devices).where(devices.c.device_hash == row.device_hash).values(polled_at=now))
        return "slow_down" if now - row.polled_at < INTERVAL * clock.SECOND // 2 else "authorization_pending"
    taken = connection.execute(delete(devices).where(devices.c.device_hash == row.device_hash))
    if not taken.rowcount:
        # Somebody asked at the same moment, and has it.
        return "expired_token"
    members = tables.memberships
    role = connection.scalar(
        select(members.c.role).where(members.c.account_id == row.account_id, members.c.user_id == row.user_id)
    )
    if row.status != "approved" or role not in ROLES:
        return "access_denied"
    user = connection.scalar(select(tables.users.c.email).where(tables.users.c.id == row.user_id))
    tail = f", {row.client_name[:50]} ({ids.new('login')[-4:]})"
    return keys.new(
        connection,
        account=row.account_id,
        user=row.user_id,
        # Whose it is comes first: histories show it as who did something.
        name=f"{user}"[: _LONGEST_NAME - len(tail)] + tail,
        # Nobody gets by a program what they may not do themselves.
        scopes=ROLES[role],
    )


def normal(user_code: str) -> str:
    """As it is stored, however it was typed."""
    letters = "".join(letter for letter in user_code.upper() if letter.isalpha())
    return f"{letters[:4]}-{letters[4:]}"


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
