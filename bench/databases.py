"""The databases that the server is measured on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

from tests.server.postgres import create_database, running_postgres

#: Of these, as ``BENCH_DATABASES=postgresql``, when not both.
KNOWN = ("sqlite", "postgresql")


def wanted() -> list[str]:
    """Which are to be measured. Raises ``SystemExit`` for one that there is none of."""
    named = os.environ.get("BENCH_DATABASES", ",".join(KNOWN)).lower().split(",")
    if unknown := [name for name in named if name not in KNOWN]:
        raise SystemExit(f"error: no database {unknown[0]}; BENCH_DATABASES takes {', '.join(KNOWN)}")
    return named


def each() -> Iterator[tuple[str, str]]:
    """Name and ``DATABASE_URL`` in turn: SQLite in the server's folder, and a real PostgreSQL started for it.

    One that runs already is taken from ``BENCH_DATABASE_URL``: an empty database.
    """
    for name in wanted():
        if name == "sqlite":
            yield "SQLite", ""
        elif url := os.environ.get("BENCH_DATABASE_URL"):
            yield "PostgreSQL", url
        else:
            with running_postgres() as template:
                yield "PostgreSQL", create_database(template, f"bench{uuid.uuid4().hex[:8]}")
