"""Whether a token is good."""

from __future__ import annotations

from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api


@dataclass(frozen=True, slots=True)
class TokenState:
    """``status`` is ``active``, ``disabled`` or ``expired``."""

    id: str
    status: str


class Tokens:
    """The token of the client."""

    def __init__(self, http: Client) -> None:
        self._api = Api(http, "user", "/user/tokens")

    def verify(self) -> TokenState:
        """Raises ``AuthError`` for a token that Cloudflare does not know. ``GET /user/tokens/verify``"""
        found = self._api.call("GET", "/verify", "verifying the token").record
        return TokenState(found.text("id"), found.text("status"))
