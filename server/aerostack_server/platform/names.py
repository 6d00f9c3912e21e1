"""What things of tenants are called on the platform. The dispatch Worker computes the first two as well."""

from __future__ import annotations

import hashlib


def script(label: str, account_slug: str, *, public: bool) -> str:
    """The Worker behind the host ``<label>.<account_slug>.<domain>``."""
    return f"{'e' if public else 'p'}-{identifier(label, account_slug)}"


def identifier(label: str, account_slug: str) -> str:
    """Of a host: in the names of its Worker and of what the dispatch Worker must know of it."""
    return hashlib.sha256(f"{label}.{account_slug}".encode()).hexdigest()[:40]


def route_key(label: str, account_slug: str) -> str:
    """Where the dispatch Worker looks for what it must know of a private host."""
    return f"route/{identifier(label, account_slug)}"


def keys_key(account: str) -> str:
    """Where it looks for an account's keys."""
    return f"keys/{account}"


def resource(project: str, environment: str, name: str, environment_id: str) -> str:
    """A database, namespace, bucket or queue: readable, and unique by a hash that is never cut off."""
    mark = hashlib.sha256(f"{environment_id}/{name}".encode()).hexdigest()[:10]
    readable = "-".join(part for part in (project, environment, name) if part).lower()
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in readable)[:50].strip("-")
    return f"{kept}-{mark}"
