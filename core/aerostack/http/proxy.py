"""The proxy that the environment asks for."""

from __future__ import annotations

import os
from dataclasses import field
from urllib.parse import unquote, urlsplit

from aerostack.errors import ConfigError
from aerostack.http.origin import Origin
from aerostack.values import dataclass

_NAMES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


@dataclass(frozen=True)
class Proxy:
    """``login`` is a user name and a password."""

    origin: Origin
    login: tuple[str, str] | None = field(default=None, repr=False)


def proxy_for(origin: Origin) -> Proxy | None:
    """The proxy to reach a server through: HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY, unless NO_PROXY names it.

    Never one for this machine. Raises ``ConfigError`` for an address that no proxy of ours can have.
    """
    if origin.here or not any(value and name.lower() in _NAMES for name, value in os.environ.items()):
        return None
    from urllib.request import getproxies, proxy_bypass  # 15 ms

    proxies = getproxies()
    address = proxies.get(origin.scheme) or proxies.get("all")
    if not address or proxy_bypass(origin.host) or proxy_bypass(origin.place):
        return None
    return _parsed(address if "://" in address else f"http://{address}")


def _parsed(address: str) -> Proxy:
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError
        login = (unquote(parts.username or ""), unquote(parts.password or ""))
        return Proxy(Origin.of(parts), login if any(login) else None)
    except (ValueError, ConfigError):
        # Not quoted: the address of a proxy often holds a password.
        raise ConfigError(
            "the proxy set in the environment cannot be used",
            hint="set HTTPS_PROXY and ALL_PROXY to an http:// address, or unset them",
            code="proxy",
        ) from None
