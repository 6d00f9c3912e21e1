"""The account's subdomain of workers.dev."""

from __future__ import annotations

from aerostack.http import Client
from aerostack_cloudflare.api import Api, absent

# "None registered", by any of the codes that say so; at 404 it is no error.
_ABSENT = frozenset({10007, 10063})


class AccountSubdomain:
    """Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._api = Api(http, "subdomain", f"/accounts/{account_id}/workers/subdomain")

    def get(self) -> str | None:
        """Its name, ``None`` when none is registered. ``GET /accounts/{account}/workers/subdomain``"""
        answer = absent(lambda: self._api.call("GET", "", "reading the workers.dev subdomain"), _ABSENT)
        return answer.record.optional_text("subdomain") if answer else None
