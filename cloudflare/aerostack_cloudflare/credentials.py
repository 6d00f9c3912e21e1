"""Who we are to Cloudflare: the token, the account, and the address they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aerostack.errors import AuthError, ConfigError
from aerostack.http import check_address
from aerostack.model import Secret, Tools
from aerostack.values import dataclass
from aerostack_cloudflare import wrangler_login
from aerostack_cloudflare.record import HEX32

CLOUDFLARE = "https://api.cloudflare.com/client/v4"

_HINT = (
    "set CLOUDFLARE_API_TOKEN (make one at https://dash.cloudflare.com/profile/api-tokens), "
    "or run `aerostack wrangler login`; "
    'for an account on this machine: eval "$(aerostack edge env)"'
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """``account_id`` is ``None`` when nobody named one. ``source`` says where the token comes from, for people."""

    token: Secret
    account_id: str | None
    source: str


def base_url(tools: Tools) -> str:
    """The address of the API: ``CLOUDFLARE_API_BASE_URL``, as wrangler reads it, else Cloudflare's.

    Raises ``ConfigError`` for an address that a token must not be sent to.
    """
    return check_address(tools.environ("CLOUDFLARE_API_BASE_URL") or CLOUDFLARE, "CLOUDFLARE_API_BASE_URL")


def from_environment(
    tools: Tools,
    account_id: str | None = None,
    root: Path | None = None,
    wrangler: Callable[[], Sequence[str]] | None = None,
) -> Credentials:
    """``CLOUDFLARE_API_TOKEN``, else the login that wrangler holds, with ``account_id`` or ``CLOUDFLARE_ACCOUNT_ID``.

    ``root`` is the project's folder, where wrangler may be installed too; ``wrangler`` gives the command of another
    one, to be asked when there is none there and none on PATH. Sends nothing. Raises ``AuthError`` without credentials
    or for a token that cannot be one, and ``ConfigError`` for an account id that cannot be one.
    """
    account = _account(tools, account_id)
    token = tools.secret("CLOUDFLARE_API_TOKEN")
    if token is not None:
        return Credentials(_checked(token, "CLOUDFLARE_API_TOKEN"), account, "CLOUDFLARE_API_TOKEN")
    if tools.secret("CLOUDFLARE_API_KEY") is not None:
        raise AuthError(
            "CLOUDFLARE_API_KEY is the global API key, which can do everything in the account and is not supported",
            applied=False,
            hint="make a token at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN",
        )
    address = base_url(tools)
    if not _is_cloudflare(address):
        # wrangler's login is Cloudflare's alone: whoever set another address must bring a token for it.
        raise AuthError(
            f"no credentials for {urlsplit(address).netloc}, which CLOUDFLARE_API_BASE_URL names",
            applied=False,
            hint='set CLOUDFLARE_API_TOKEN for it; for an account on this machine: eval "$(aerostack edge env)"',
        )
    login = wrangler_login.token(tools, root, wrangler)
    if login is None:
        raise AuthError("no credentials for Cloudflare", applied=False, hint=_HINT)
    return Credentials(_checked(login, "the token of `wrangler auth token`"), account, "wrangler's login")


def _account(tools: Tools, account_id: str | None) -> str | None:
    named = tools.environ("CLOUDFLARE_ACCOUNT_ID")
    chosen, source = (account_id, "the account id") if account_id else (named, "CLOUDFLARE_ACCOUNT_ID")
    if chosen is not None and not HEX32.fullmatch(chosen):
        raise ConfigError(
            f"{source} is no id of an account: {chosen!r}",
            key="account_id",
            hint="it has 32 hex digits: see the address of the dashboard, or `wrangler whoami`",
        )
    return chosen


def _checked(token: Secret, source: str) -> Secret:
    value = token.reveal()
    if value.strip() == value and value.isascii() and value.isprintable() and " " not in value:
        return token
    raise AuthError(
        f"{source} holds a blank, a line break or a character that no token has",
        applied=False,
        hint="copy the token again, without anything around it",
        code="malformed_token",
    )


def _is_cloudflare(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "cloudflare.com" or host.endswith(".cloudflare.com")
