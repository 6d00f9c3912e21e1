"""What things of tenants are called on the platform. The dispatch Worker computes the first one too."""

from __future__ import annotations

import hashlib


def script(label: str, account_slug: str) -> str:
    """The Worker behind the host ``<label>.<account_slug>.<domain>``."""
    return f"e-{route(label, account_slug)}"


def route(label: str, account_slug: str) -> str:
    """Under which the dispatch Worker looks for what it must know of a host."""
    return hashlib.sha256(f"{label}.{account_slug}".encode()).hexdigest()[:40]


def resource(project: str, environment: str, name: str, environment_id: str) -> str:
    """A database, namespace, bucket or queue: readable, and unique by a hash that is never cut off."""
    mark = hashlib.sha256(f"{environment_id}/{name}".encode()).hexdigest()[:10]
    readable = "-".join(part for part in (project, environment, name) if part).lower()
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in readable)[:50].strip("-")
    return f"{kept}-{mark}"
