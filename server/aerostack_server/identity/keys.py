"""API keys: ``aero_<acct|proj>_<id>_<secret><checksum>``.

A typing mistake is recognised by the checksum, without the database. Only the SHA-256 of the whole key is stored: its
secret has 190 random bits, so nothing slower is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from aerostack_server import clock, ids
from aerostack_server.database import tables
from aerostack_server.deploys import keyring
from aerostack_server.problems import invalid, not_found

SCOPES = ("read", "deploy", "admin")

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(r"aero_(?:acct|proj)_([0-9a-z]{16})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """``key`` is shown this once."""

    id: str
    key: str


def new(
    connection: Connection,
    *,
    account: str,
    name: str,
    scopes: tuple[str, ...],
    project: str | None = None,
    user: str | None = None,
    expires_at: int | None = None,
) -> NewKey:
    """Create a key. Raises ``Problem`` for a scope that there is none of."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise invalid(f"a key's scopes are some of {', '.join(SCOPES)}")
    key_id = ids.new("key")
    key = _made("proj" if project else "acct", key_id.partition("_")[2])
    connection.execute(
        insert(tables.keys).values(
            id=key_id,
            account_id=account,
            project_id=project,
            user_id=user,
            name=name,
            secret_hash=digest(key),
            scopes=" ".join(scope for scope in SCOPES if scope in scopes),
            created_at=clock.now(),
            expires_at=expires_at,
        )
    )
    keyring.changed(connection, account)
    return NewKey(id=key_id, key=key)


def revoke(connection: Connection, account: str, key_id: str) -> str:
    """From now on the key is not accepted; its name. Raises ``Problem`` when the account has no such key."""
    found = connection.execute(
        select(tables.keys.c.name).where(
            tables.keys.c.id == key_id, tables.keys.c.account_id == account, tables.keys.c.revoked_at.is_(None)
        )
    ).first()
    if found is None:
        raise not_found("key")
    connection.execute(update(tables.keys).where(tables.keys.c.id == key_id).values(revoked_at=clock.now()))
    keyring.changed(connection, account)
    return str(found.name)


def limit(connection: Connection, account: str, user: str, scopes: Collection[str]) -> None:
    """Let the keys of a user do no more than that; one that could do nothing else is revoked."""
    keys, now = tables.keys, clock.now()
    theirs = (keys.c.account_id == account) & (keys.c.user_id == user) & keys.c.revoked_at.is_(None)
    for row in connection.execute(select(keys.c.id, keys.c.scopes).where(theirs)).all():
        left = [scope for scope in row.scopes.split() if scope in scopes]
        changed = {"scopes": " ".join(left)} if left else {"revoked_at": now}
        connection.execute(update(keys).where(keys.c.id == row.id).values(**changed))
    keyring.changed(connection, account)


def key_id(key: str) -> str | None:
    """The id in a key that is well-formed; ``None`` for anything else."""
    parts = _FORM.fullmatch(key)
    if parts is None or _checksum(key[: -len(parts[3])]) != parts[3]:
        return None
    return f"key_{parts[1]}"


def is_good(connection: Connection, key: str) -> bool:
    """Whether it is one, and neither revoked nor at its end."""
    identifier = key_id(key)
    row = connection.execute(select(tables.keys).where(tables.keys.c.id == identifier)).first()
    if row is None or not hmac.compare_digest(row.secret_hash, digest(key)) or row.revoked_at is not None:
        return False
    return row.expires_at is None or row.expires_at > clock.now()


def digest(key: str) -> str:
    """What is stored of it."""
    return hashlib.sha256(key.encode()).hexdigest()


def _made(kind: str, identifier: str) -> str:
    body = f"aero_{kind}_{identifier}_{''.join(secrets.choice(_ALPHABET) for _ in range(32))}"
    return body + _checksum(body)


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits
