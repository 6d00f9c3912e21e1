"""Who sends a request: found from its key or its session, at every request anew, so that revoking works at once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from aerostack_server import clock
from aerostack_server.database import Database
from aerostack_server.identity import keys
from aerostack_server.problems import forbidden, not_found

_KEY = """
SELECT k.id, k.account_id, a.name, a.slug, k.project_id, k.user_id, k.name, k.secret_hash, k.scopes, k.expires_at,
       k.last_used_at
FROM keys k JOIN accounts a ON a.id = k.account_id
WHERE k.id = :id AND k.revoked_at IS NULL
"""
_SESSION = """
SELECT s.user_id, u.email, s.account_id, a.name, a.slug, m.role, s.csrf, s.expires_at
FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = s.account_id
JOIN memberships m ON m.user_id = s.user_id AND m.account_id = s.account_id
WHERE s.token_hash = :token
"""

#: What the roles of members may do.
ROLES = {
    "owner": ("read", "deploy", "admin"),
    "admin": ("read", "deploy", "admin"),
    "member": ("read", "deploy"),
    "viewer": ("read",),
}

#: `last_used_at` is written at most so often.
USE_NOTED = clock.HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated request's account and rights. ``project_id`` limits a key to one project."""

    kind: str
    account_id: str
    account_name: str
    account_slug: str
    scopes: tuple[str, ...]
    name: str
    key_id: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    expires_at: int | None = None
    last_used_at: int | None = None
    role: str | None = None
    csrf: str | None = field(default=None, repr=False)

    def require(self, scope: str) -> None:
        """Raise ``Problem`` without the scope."""
        if scope not in self.scopes:
            raise forbidden(scope)

    def require_account(self, scope: str) -> None:
        """As ``require``, for what concerns the account as a whole: a key of one project sees none of it."""
        if self.project_id is not None:
            raise not_found("resource")
        self.require(scope)


async def by_key(database: Database, key: str) -> Caller | None:
    """The caller of a valid key."""
    identifier = keys.key_id(key)
    if identifier is None:
        return None
    row = await database.row(_KEY, {"id": identifier})
    if row is None or not hmac.compare_digest(row[7], keys.digest(key)):
        return None
    if row[9] is not None and row[9] <= clock.now():
        return None
    return Caller(
        kind="project" if row[4] else "account",
        account_id=row[1],
        account_name=row[2],
        account_slug=row[3],
        scopes=tuple(row[8].split()),
        name=row[6],
        key_id=row[0],
        project_id=row[4],
        user_id=row[5],
        expires_at=row[9],
        last_used_at=row[10],
    )


async def by_session(database: Database, token: str) -> Caller | None:
    """The caller of a living session."""
    row = await database.row(_SESSION, {"token": sha256(token.encode()).hexdigest()})
    if row is None or row[7] <= clock.now():
        return None
    return Caller(
        kind="user",
        account_id=row[2],
        account_name=row[3],
        account_slug=row[4],
        scopes=ROLES.get(row[5], ()),
        name=row[1],
        user_id=row[0],
        expires_at=row[7],
        role=row[5],
        csrf=row[6],
    )
