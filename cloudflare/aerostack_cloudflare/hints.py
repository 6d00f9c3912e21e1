"""What to do about a token that is not accepted, and about a refusal of which nothing better is known."""

from __future__ import annotations

from aerostack.errors import ConflictError, NotFoundError, RemoteError
from aerostack_cloudflare.permissions import Permission

MAKE_ANOTHER = "make a new token at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN"

_BY_KIND: dict[type[RemoteError], str] = {
    NotFoundError: "check that CLOUDFLARE_ACCOUNT_ID names the account that it is in",
    ConflictError: "see what `aerostack plan` says now",
}


def last_hint(kind: type[RemoteError]) -> str:
    """The hint for an error of that class."""
    return _BY_KIND.get(kind, "mend what the answer names, then run the same command again")


def new_token(needed: Permission) -> str:
    """The hint for a request whose token means nothing to Cloudflare: what the next one has to be allowed."""
    # Everybody may look at himself, and at the token that he has.
    return MAKE_ANOTHER if needed.scope == "User" else f"{MAKE_ANOTHER}; this request needs {needed}"
