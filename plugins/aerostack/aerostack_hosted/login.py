"""Which API is meant, and with which key: decided here and nowhere else.

The address: ``AEROSTACK_API_URL`` › that of the chosen profile › that of the last login › Aerostack's own.
The key: ``AEROSTACK_API_KEY`` › the one stored for that address and profile, in the keyring or in the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aerostack.errors import AuthError, ConfigError
from aerostack.http import check_address
from aerostack.model import Secret
from aerostack.values import dataclass
from aerostack_hosted import credentials
from aerostack_hosted.credentials import DEFAULT_PROFILE, Credentials

AEROSTACK = "https://api.aerostack.dev"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """``source`` says where the key comes from, for people. ``key`` is ``None`` when there is none."""

    url: str
    profile: str
    key: Secret | None
    source: str
    file: Path


def find(environ: Callable[[str], str | None], key: Secret | None, profile: str | None = None) -> Login:
    """Decide. ``key`` is ``AEROSTACK_API_KEY``. Sends nothing.

    Raises ``ConfigError`` for an address that a key must not be sent to, and for a profile that may mean several.
    """
    file = credentials.path(environ)
    named = profile or environ("AEROSTACK_PROFILE")
    given = environ("AEROSTACK_API_URL")
    # With both from the environment the file is not needed, and a broken one is no hindrance.
    stored = Credentials() if key and given else credentials.read(file)
    url = check_address(given, "AEROSTACK_API_URL") if given else _address(stored, named)
    current = stored.current[1] if stored.current and stored.current[0] == url else DEFAULT_PROFILE
    chosen = named or current
    if key is not None:
        return Login(url=url, profile=chosen, key=key, source="AEROSTACK_API_KEY", file=file)
    source = f"the profile {chosen}" + (" in the keyring" if (url, chosen) in stored.in_keyring else "")
    return Login(url=url, profile=chosen, key=stored.key(url, chosen), source=source, file=file)


def required(login: Login) -> Secret:
    """The key. Raises ``AuthError`` when there is none."""
    if login.key is None:
        again = "aerostack login" + ("" if login.profile == DEFAULT_PROFILE else f" --profile {login.profile}")
        raise AuthError(
            f"not logged in to {login.url}",
            applied=False,
            hint=f"{again}; in CI set AEROSTACK_API_KEY; for a server on this machine: aerostack up",
            code="not_logged_in",
        )
    return login.key


def _address(stored: Credentials, profile: str | None) -> str:
    current = stored.current
    if profile is None or (current is not None and stored.key(current[0], profile)):
        return check_address(current[0], "the stored address") if current else AEROSTACK
    known = stored.addresses(profile)
    if len(known) > 1:
        raise ConfigError(
            f"the profile `{profile}` has keys for several addresses: {', '.join(known)}",
            hint="say which: AEROSTACK_API_URL=…",
            code="ambiguous_profile",
        )
    return check_address(known[0], "the stored address") if known else current[0] if current else AEROSTACK
