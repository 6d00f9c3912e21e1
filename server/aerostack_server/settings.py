"""Everything about a server that its operator may choose, from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aerostack.errors import ConfigError
from aerostack.model import Secret

#: Below many countries these are nobody's own.
_SECOND_LEVELS = frozenset(("ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "nom", "or", "org"))
#: Processes on a machine of many cores, unless the operator wants more: each holds connections to the database.
_MOST_PROCESSES = 4
_CLOUDFLARE = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``data`` holds the SQLite database, the artifacts and the master key, as far as no other place is named.

    ``url`` is the server's own address, as users see it. ``domain`` is what the hosts of deployed Workers end in, with
    a port where it is not the usual one. ``platform_*`` lead to the Cloudflare account that Workers run in: Cloudflare,
    or an edge. ``workers`` is how many deploys are carried out at once, ``processes`` how many share the address, and
    ``replicas`` how many servers share the tokens.
    """

    data: Path
    url: str
    domain: str
    database_url: str = field(repr=False)
    platform_url: str = _CLOUDFLARE
    platform_account: str = ""
    platform_tokens: tuple[Secret, ...] = ()
    namespace: str = "aerostack"
    artifacts_url: str | None = None
    master_key: Secret | None = field(default=None, repr=False)
    workers: int = 4
    processes: int = 1
    replicas: int = 1

    @property
    def secure(self) -> bool:
        """Whether users reach the server by https."""
        return self.url.startswith("https://")

    @property
    def tenant_scheme(self) -> str:
        """How deployed Workers are reached."""
        return "http" if _is_local(self.domain) else "https"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read ``AEROSTACK_SERVER_*``, ``DATABASE_URL`` and ``CLOUDFLARE_*``. Raises ``ConfigError`` naming a variable."""
    data = Path(environ.get("AEROSTACK_SERVER_DATA") or "data").resolve()
    url = (environ.get("AEROSTACK_SERVER_URL") or "http://127.0.0.1:4780").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            "AEROSTACK_SERVER_URL is no http or https address",
            key="AEROSTACK_SERVER_URL",
            hint="write it like https://aerostack.example.com",
        )
    domain = environ.get("AEROSTACK_SERVER_DOMAIN") or "localhost"
    _check_domain(domain, parts.hostname)
    tokens = environ.get("AEROSTACK_SERVER_TOKENS") or environ.get("CLOUDFLARE_API_TOKEN") or ""
    key = environ.get("AEROSTACK_SERVER_MASTER_KEY")
    return Settings(
        data=data,
        url=url,
        domain=domain,
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{data / 'server.db'}",
        platform_url=environ.get("CLOUDFLARE_API_BASE_URL") or _CLOUDFLARE,
        platform_account=environ.get("CLOUDFLARE_ACCOUNT_ID") or "",
        platform_tokens=tuple(Secret(token.strip()) for token in tokens.split(",") if token.strip()),
        namespace=environ.get("AEROSTACK_SERVER_NAMESPACE") or "aerostack",
        artifacts_url=environ.get("AEROSTACK_SERVER_ARTIFACTS") or None,
        master_key=Secret(key) if key else None,
        workers=_number(environ, "AEROSTACK_SERVER_WORKERS", 4),
        processes=_number(environ, "AEROSTACK_SERVER_PROCESSES", min(os.cpu_count() or 1, _MOST_PROCESSES)),
        replicas=_number(environ, "AEROSTACK_SERVER_REPLICAS", 1),
    )


def _check_domain(domain: str, own: str) -> None:
    host, own = domain.partition(":")[0].lower().rstrip("."), own.lower().rstrip(".")
    if host == own or (_site(host) == _site(own) and not _is_local(domain)):
        # A tenant's page can set cookies for what both have in common, and the browser takes them for the dashboard's.
        raise ConfigError(
            f"AEROSTACK_SERVER_DOMAIN ({host}) and the dashboard's host ({own}) belong to one domain, {_site(own)}",
            key="AEROSTACK_SERVER_DOMAIN",
            hint="give Workers a registered domain of their own",
        )


def _site(host: str) -> str:
    """What has to be registered for the host: two labels, or three below such as ``co.uk``."""
    labels = host.split(".")
    if labels[-1].isdecimal():  # an address
        return host
    shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if shared else -2 :])


def _is_local(domain: str) -> bool:
    host = domain.partition(":")[0]
    return host == "localhost" or host.endswith(".localhost")


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    if not text.isdecimal() or not int(text):
        raise ConfigError(f"{name} is no number: {text!r}", key=name, hint=f"write it like {name}={default}")
    return int(text)
