"""What to do about a refusal of which nothing better is known."""

from __future__ import annotations

from aerostack.errors import ConflictError, NotFoundError, RemoteError

_BY_KIND: dict[type[RemoteError], str] = {
    NotFoundError: "check that CLOUDFLARE_ACCOUNT_ID names the account that it is in",
    ConflictError: "see what `aerostack plan` says now",
}


def last_hint(kind: type[RemoteError]) -> str:
    """The hint for an error of that class."""
    return _BY_KIND.get(kind, "mend what the answer names, then run the same command again")
