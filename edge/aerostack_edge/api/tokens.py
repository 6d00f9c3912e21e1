"""Tokens of asset sessions: JSON web tokens that say what their bearer may do, for an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

LIFETIME = 3600
_HEADER = {"alg": "HS256", "typ": "JWT"}
# Keys of one secret, for one purpose each.
_PURPOSE = b"asset sessions"


class TokenError(Exception):
    """Why a token counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """``use`` is ``upload`` while files are missing, ``complete`` when a version of ``script`` may be made of them."""

    account: str
    script: str
    session: str
    use: Literal["upload", "complete"]


def issued(ticket: Ticket, secret: str, *, now: float) -> str:
    """A token of the ticket, good for an hour from ``now``, in seconds as ``time.time`` counts them."""
    claims = {**asdict(ticket), "iat": int(now), "exp": int(now) + LIFETIME}
    content = f"{_encoded(_HEADER)}.{_encoded(claims)}"
    return f"{content}.{_base64(_signature(content, secret))}"


def read(token: str, secret: str, *, now: float) -> Ticket:
    """The ticket of a token. Raises ``TokenError``."""
    content, _, signature = token.rpartition(".")
    expected = _base64(_signature(content, secret))
    if not hmac.compare_digest(signature.encode(errors="replace"), expected.encode()):
        raise TokenError("it was not issued here")
    claims = _decoded(content.partition(".")[2])
    if claims["exp"] <= now:
        raise TokenError("it has expired: start a new upload session")
    return Ticket(account=claims["account"], script=claims["script"], session=claims["session"], use=claims["use"])


def _signature(content: str, secret: str) -> bytes:
    key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, content.encode(errors="replace"), hashlib.sha256)


def _encoded(claims: dict[str, Any]) -> str:
    return _base64(json.dumps(claims, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:  # it has our signature, so this cannot be
        raise TokenError("it cannot be read") from error
    return claims
