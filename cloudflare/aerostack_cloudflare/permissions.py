"""Which permission of a token each product needs, by the names that Cloudflare's dashboard shows."""

from __future__ import annotations

from typing import Literal, TypeAlias

from aerostack.values import dataclass

#: A part of the API with error codes and a permission of its own.
Product: TypeAlias = Literal["accounts", "d1", "kv", "queues", "r2", "routes", "subdomain", "user", "workers", "zones"]

_GROUPS: dict[Product, tuple[str, str]] = {
    "accounts": ("Account", "Account Settings"),
    "d1": ("Account", "D1"),
    "kv": ("Account", "Workers KV Storage"),
    "queues": ("Account", "Queues"),
    "r2": ("Account", "Workers R2 Storage"),
    "routes": ("Zone", "Workers Routes"),
    "subdomain": ("Account", "Workers Scripts"),
    "user": ("User", "User Details"),
    "workers": ("Account", "Workers Scripts"),
    "zones": ("Zone", "Zone"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """``scope`` › ``group`` › ``level``, such as Account › D1 › Edit."""

    scope: str
    group: str
    level: Literal["Read", "Edit"]

    def __str__(self) -> str:
        return f"{self.scope} › {self.group} › {self.level}"


def permission(product: Product, method: str) -> Permission:
    """What a request needs: reading needs Read, everything else Edit."""
    scope, group = _GROUPS[product]
    return Permission(scope, group, "Read" if method in ("GET", "HEAD") else "Edit")
