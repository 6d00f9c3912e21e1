"""Assets that were uploaded, by the hash that clients name them by, and the sessions in which they are uploaded."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from aerostack_edge.state.clock import ago, now

#: How long a session is remembered: one hour to upload, one more to make a version of it, and some for slow clocks.
REMEMBERED = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """``digest`` finds the content in the blobs; ``content_type`` is empty when the client gave none."""

    hash: str
    digest: str
    content_type: str


def known(connection: sqlite3.Connection, hashes: Collection[str]) -> dict[str, Asset]:
    """Those of the hashes that have been uploaded, by their hash."""
    rows = connection.execute(
        "SELECT * FROM assets WHERE hash IN (SELECT value FROM json_each(?))", (json.dumps(list(hashes)),)
    )
    return {
        row["hash"]: Asset(hash=row["hash"], digest=row["digest"], content_type=row["content_type"]) for row in rows
    }


def record(connection: sqlite3.Connection, assets: Collection[Asset]) -> None:
    """Note that they are on disk. Of a hash that is known already the first content stays."""
    connection.executemany(
        "INSERT INTO assets (hash, digest, content_type) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(asset.hash, asset.digest, asset.content_type) for asset in assets],
    )


def digests(connection: sqlite3.Connection) -> dict[str, str]:
    """The blob of every hash."""
    return {row["hash"]: row["digest"] for row in connection.execute("SELECT hash, digest FROM assets")}


def forget(connection: sqlite3.Connection, hashes: Collection[str]) -> None:
    """Have clients upload these again."""
    connection.execute("DELETE FROM assets WHERE hash IN (SELECT value FROM json_each(?))", (json.dumps(list(hashes)),))


def open_session(connection: sqlite3.Connection, manifest: str) -> str:
    """Remember the blob of a manifest; the id of the session. Those that nobody can use any more are forgotten."""
    expire(connection)
    id = str(uuid.uuid4())
    connection.execute("INSERT INTO asset_sessions (id, manifest, created_on) VALUES (?, ?, ?)", (id, manifest, now()))
    return id


def manifest_of(connection: sqlite3.Connection, session: str) -> str | None:
    """The blob of a session's manifest."""
    row = connection.execute("SELECT manifest FROM asset_sessions WHERE id = ?", (session,)).fetchone()
    return str(row["manifest"]) if row else None


def manifests(connection: sqlite3.Connection) -> set[str]:
    """The blobs of the manifests of all sessions."""
    return {row["manifest"] for row in connection.execute("SELECT manifest FROM asset_sessions")}


def expire(connection: sqlite3.Connection) -> None:
    """Forget the sessions that are over."""
    connection.execute("DELETE FROM asset_sessions WHERE created_on < ?", (ago(REMEMBERED),))
