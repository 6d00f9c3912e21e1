"""The control database: one SQLite file, one thread that talks to it.

Queries are plain functions that take a connection first (``state/scripts.py``, ``state/resources.py``);
``read`` and ``write`` run them off the event loop. A write is one transaction, durable when it returns.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from aerostack.errors import AerostackError

P = ParamSpec("P")
T = TypeVar("T")

#: Each entry takes the schema from its index to the next; ``user_version`` counts those that have been applied.
MIGRATIONS = (
    """
    CREATE TABLE account (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE resources (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        created_on TEXT NOT NULL,
        options TEXT NOT NULL,
        PRIMARY KEY (kind, id),
        UNIQUE (kind, name)
    ) STRICT;

    CREATE TABLE scripts (
        name TEXT PRIMARY KEY,
        tag TEXT NOT NULL UNIQUE,
        created_on TEXT NOT NULL,
        modified_on TEXT NOT NULL,
        enabled INTEGER NOT NULL DEFAULT 0,
        previews_enabled INTEGER NOT NULL DEFAULT 0,
        settings TEXT NOT NULL DEFAULT '{}'
    ) STRICT;

    CREATE TABLE versions (
        id TEXT PRIMARY KEY,
        script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        created_on TEXT NOT NULL,
        content TEXT NOT NULL,
        annotations TEXT NOT NULL,
        startup_ms INTEGER NOT NULL,
        handlers TEXT NOT NULL,
        UNIQUE (script, number)
    ) STRICT;

    CREATE TABLE secrets (
        version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (version, name)
    ) STRICT;

    CREATE TABLE deployments (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
        version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
        created_on TEXT NOT NULL,
        annotations TEXT NOT NULL
    ) STRICT;
    CREATE INDEX deployments_by_script ON deployments (script, sequence);
    CREATE INDEX deployments_by_version ON deployments (version);
    """,
    """
    CREATE TABLE triggers (
        kind TEXT NOT NULL,
        script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
        key TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        created_on TEXT NOT NULL,
        options TEXT NOT NULL,
        PRIMARY KEY (kind, script, key)
    ) STRICT;

    CREATE TABLE consumers (
        id TEXT PRIMARY KEY,
        queue TEXT NOT NULL,
        script TEXT NOT NULL,
        created_on TEXT NOT NULL,
        dead_letter_queue TEXT NOT NULL,
        settings TEXT NOT NULL,
        UNIQUE (queue, script)
    ) STRICT;
    """,
    """
    ALTER TABLE versions ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
    ALTER TABLE deployments ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
    ALTER TABLE deployments ADD COLUMN shares TEXT NOT NULL DEFAULT '[]';
    """,
    """
    CREATE TABLE assets (
        hash TEXT PRIMARY KEY,
        digest TEXT NOT NULL,
        content_type TEXT NOT NULL
    ) STRICT;

    CREATE TABLE asset_sessions (
        id TEXT PRIMARY KEY,
        manifest TEXT NOT NULL,
        created_on TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE scripts ADD COLUMN migration_tag TEXT NOT NULL DEFAULT '';

    CREATE TABLE objects (
        id TEXT PRIMARY KEY,
        script TEXT NOT NULL REFERENCES scripts (name) ON DELETE CASCADE,
        class_name TEXT NOT NULL,
        use_sqlite INTEGER NOT NULL,
        UNIQUE (script, class_name)
    ) STRICT;
    """,
)


class Database:
    """One connection, used by one thread only."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, mode 0600. Raises ``AerostackError`` when a newer release wrote it."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="state")
        try:
            self._connection = self._thread.submit(_open, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def read(
        self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query that changes nothing."""
        return await self._run(lambda: query(self._connection, *args, **kwargs))

    async def write(
        self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query in a transaction of its own: all of it is on disk when this returns, or nothing is."""

        def transaction() -> T:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                return query(self._connection, *args, **kwargs)

        # Once begun it ends, even when the client that asked for it goes away.
        return await asyncio.shield(self._run(transaction))

    def close(self) -> None:
        """Wait for what is running, then close the file."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _open(path: Path) -> sqlite3.Connection:
    # SQLite would create it readable for others; its journal files take the mode of the database.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        connection.close()
        raise AerostackError(
            f"{path.parent} was written by a newer release of aerostack (schema {version}, this one knows "
            f"{len(MIGRATIONS)})",
            hint="upgrade: pip install -U 'aerostack[edge]'; or use another folder: aerostack edge serve --data DIR",
            code="edge_state",
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
    return connection
