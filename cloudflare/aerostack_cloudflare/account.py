"""An account, and everything in it that we use."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aerostack.errors import AuthError, PermissionDeniedError
from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api
from aerostack_cloudflare.credentials import Credentials
from aerostack_cloudflare.d1 import D1
from aerostack_cloudflare.kv import Kv
from aerostack_cloudflare.queues import Queues
from aerostack_cloudflare.r2 import R2
from aerostack_cloudflare.record import HEX32
from aerostack_cloudflare.scripts import Scripts
from aerostack_cloudflare.subdomain import AccountSubdomain

if TYPE_CHECKING:
    from aerostack_cloudflare.assets import Assets
    from aerostack_cloudflare.dispatch import Dispatch
    from aerostack_cloudflare.domains import Domains
    from aerostack_cloudflare.tokens import Tokens
    from aerostack_cloudflare.zones import Zones


@dataclass(frozen=True, slots=True)
class Account:
    """``id`` has 32 hex digits."""

    id: str
    name: str


class Cloudflare:
    """One account. Each part is a client of its own; all share one HTTP client and may be used from several threads."""

    def __init__(self, http: Client, account_id: str) -> None:
        self.account_id = account_id
        self._http = http
        #: Lets time pass between two requests, in seconds.
        self.wait = http.wait
        self.d1 = D1(http, account_id)
        self.kv = Kv(http, account_id)
        self.r2 = R2(http, account_id)
        self.queues = Queues(http, account_id)
        self.scripts = Scripts(http, account_id)
        self.subdomain = AccountSubdomain(http, account_id)

    def round_trip(self) -> float | None:
        """Seconds to the quickest answer of this run; ``None`` before the first."""
        return self._http.quickest

    # What most deploys do without is loaded when it is asked for.

    @functools.cached_property
    def assets(self) -> Assets:
        from aerostack_cloudflare.assets import Assets

        return Assets(self._http, self.account_id)

    @functools.cached_property
    def dispatch(self) -> Dispatch:
        from aerostack_cloudflare.dispatch import Dispatch

        return Dispatch(self._http, self.account_id)

    @functools.cached_property
    def domains(self) -> Domains:
        from aerostack_cloudflare.domains import Domains

        return Domains(self._http, self.account_id)

    @functools.cached_property
    def tokens(self) -> Tokens:
        from aerostack_cloudflare.tokens import Tokens

        return Tokens(self._http)

    @functools.cached_property
    def zones(self) -> Zones:
        from aerostack_cloudflare.zones import Zones

        return Zones(self._http, self.account_id)

    @classmethod
    @contextlib.contextmanager
    def open(cls, credentials: Credentials, base_url: str) -> Iterator[Cloudflare]:
        """The account of the credentials, else the only one that the token can see. Raises what ``discover`` raises."""
        with Client(base_url, token=credentials.token) as http:
            yield cls(http, credentials.account_id or discover(http).id)


def accounts(http: Client) -> tuple[Account, ...]:
    """The accounts that the token can see. ``GET /accounts``"""
    found = Api(http, "accounts", "/accounts").pages("", "listing the accounts", per_page=50)
    return tuple(Account(item.identifier("id", HEX32), item.text("name")) for item in found)


def discover(http: Client) -> Account:
    """The only account that the token can see.

    Raises ``AuthError`` when there are several, and ``PermissionDeniedError`` when there is none.
    """
    found = accounts(http)
    if not found:
        raise PermissionDeniedError(
            "the token can see no account",
            operation="listing the accounts",
            applied=False,
            hint="set CLOUDFLARE_ACCOUNT_ID, or add Account › Account Settings › Read to the token",
            code="no_account",
        )
    if len(found) > 1:
        listed = "".join(f"\n  {account.id}  {account.name}" for account in found)
        raise AuthError(
            f"the token can see {len(found)} accounts, and none was chosen:{listed}",
            operation="listing the accounts",
            applied=False,
            hint=f"set CLOUDFLARE_ACCOUNT_ID={found[0].id}, or account_id in aerostack.toml",
            code="ambiguous_account",
        )
    return found[0]
