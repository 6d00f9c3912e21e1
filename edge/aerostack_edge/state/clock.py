"""Time as Cloudflare writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """RFC 3339 in UTC with microseconds, such as ``2026-11-23T02:22:00.123456Z``: it sorts as text."""
    return ago(timedelta())


def ago(time: timedelta) -> str:
    """The moment that long before now."""
    return (datetime.now(UTC) - time).isoformat(timespec="microseconds").replace("+00:00", "Z")
