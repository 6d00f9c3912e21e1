"""Passwords: argon2id. Both functions take some 50 ms of a processor: call them in a thread."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from aerostack_server.problems import invalid

SHORTEST = 12
_LONGEST = 1000

_hasher = PasswordHasher()
#: Of no password: what is compared with when there is no such user, so that both take the same time.
_NOBODY = _hasher.hash("nobody")


def hashed(password: str) -> str:
    """Raises ``Problem`` for one that is too short."""
    if not SHORTEST <= len(password) <= _LONGEST:
        raise invalid(f"a password has at least {SHORTEST} characters")
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the one; ``None`` is nobody's."""
    try:
        return _hasher.verify(stored or _NOBODY, password[:_LONGEST]) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False
