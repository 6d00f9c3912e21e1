"""Versions of scripts: immutable, complete, numbered from 1. Code is kept as digests into the blobs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aerostack_edge.model import ModuleType, Startup


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModule:
    """``digest`` finds the content in the blobs."""

    name: str
    type: ModuleType
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAssets:
    """``manifest`` is the digest of the blob that lists the files, ``config`` how they are served, as it was sent."""

    manifest: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an upload says, without the texts of its secrets: what a version is made of.

    ``bindings`` have Cloudflare's wire shape; a ``secret_text`` among them has a name only. ``extra`` holds settings
    of a version that the edge records and gives back; of these it acts on ``limits`` alone.
    """

    main_module: str
    modules: tuple[StoredModule, ...]
    bindings: tuple[Mapping[str, Any], ...] = ()
    compatibility_date: str = ""
    compatibility_flags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    assets: StoredAssets | None = None

    @property
    def cpu_ms(self) -> int | None:
        """The CPU time that a request may use, in milliseconds; ``None`` for the usual."""
        limit = self.extra.get("limits", {}).get("cpu_ms")
        return None if limit is None else int(limit)

    @property
    def etag(self) -> str:
        """Changes when the code or an asset does."""
        code = json.dumps([[module.name, module.type, module.digest] for module in self.modules])
        if self.assets is not None:
            code += f"\n{self.assets.manifest}"
        return hashlib.sha256(f"{self.main_module}\n{code}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, as recorded. ``source`` is who uploaded it: ``wrangler`` or ``api``."""

    id: str
    script: str
    number: int
    created_on: str
    content: Content
    annotations: Mapping[str, str]
    startup: Startup
    source: str = "api"


def new_id() -> str:
    """A UUID."""
    return str(uuid.uuid4())


def next_number(connection: sqlite3.Connection, script: str) -> int:
    """The number that the next version of the script gets."""
    row = connection.execute("SELECT max(number) AS number FROM versions WHERE script = ?", (script,)).fetchone()
    return int(row["number"] or 0) + 1


def record(connection: sqlite3.Connection, version: Version, secrets: Mapping[str, str]) -> None:
    """Add a version with its secrets; the script must exist."""
    connection.execute(
        "INSERT INTO versions (id, script, number, created_on, content, annotations, startup_ms, handlers, source) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            version.id,
            version.script,
            version.number,
            version.created_on,
            _encoded(version.content),
            json.dumps(dict(version.annotations)),
            version.startup.milliseconds,
            json.dumps(version.startup.handlers),
            version.source,
        ),
    )
    connection.executemany(
        "INSERT INTO secrets (version, name, value) VALUES (?, ?, ?)",
        [(version.id, name, value) for name, value in secrets.items()],
    )


def get(connection: sqlite3.Connection, script: str, id: str) -> Version | None:
    """The version of that id, if it is one of the script's."""
    row = connection.execute("SELECT * FROM versions WHERE script = ? AND id = ?", (script, id)).fetchone()
    return _version(row) if row else None


def latest(connection: sqlite3.Connection, script: str) -> Version | None:
    """The newest version, whether deployed or not."""
    found = newest(connection, script, 1)
    return found[0] if found else None


def newest(connection: sqlite3.Connection, script: str, limit: int) -> list[Version]:
    """The newest versions first, at most ``limit``."""
    rows = connection.execute("SELECT * FROM versions WHERE script = ? ORDER BY number DESC LIMIT ?", (script, limit))
    return [_version(row) for row in rows]


def started(connection: sqlite3.Connection, id: str, startup: Startup) -> None:
    """Note what starting a version showed, for one that was uploaded without being started."""
    connection.execute(
        "UPDATE versions SET startup_ms = ?, handlers = ? WHERE id = ?",
        (startup.milliseconds, json.dumps(startup.handlers), id),
    )


def secrets_of(connection: sqlite3.Connection, id: str) -> dict[str, str]:
    """The texts of a version's secrets, for the runtime and for the next version. Never for an answer."""
    rows = connection.execute("SELECT name, value FROM secrets WHERE version = ?", (id,))
    return {row["name"]: row["value"] for row in rows}


def digests(connection: sqlite3.Connection) -> tuple[set[str], set[str]]:
    """The blobs that versions need: modules, and manifests of assets."""
    contents = [json.loads(row["content"]) for row in connection.execute("SELECT content FROM versions")]
    modules = {module["digest"] for content in contents for module in content["modules"]}
    return modules, {content["assets"]["manifest"] for content in contents if content.get("assets")}


def _encoded(content: Content) -> str:
    return json.dumps(
        {
            "main_module": content.main_module,
            "modules": [
                {"name": module.name, "type": module.type, "digest": module.digest, "size": module.size}
                for module in content.modules
            ],
            "bindings": list(content.bindings),
            "compatibility_date": content.compatibility_date,
            "compatibility_flags": content.compatibility_flags,
            "extra": content.extra,
            "assets": content.assets and {"manifest": content.assets.manifest, "config": dict(content.assets.config)},
        }
    )


def _version(row: sqlite3.Row) -> Version:
    document = json.loads(row["content"])
    return Version(
        id=row["id"],
        script=row["script"],
        number=row["number"],
        created_on=row["created_on"],
        content=Content(
            main_module=document["main_module"],
            modules=tuple(StoredModule(**module) for module in document["modules"]),
            bindings=tuple(document["bindings"]),
            compatibility_date=document["compatibility_date"],
            compatibility_flags=tuple(document["compatibility_flags"]),
            extra=document["extra"],
            # Versions of older releases do not have it.
            assets=StoredAssets(**assets) if (assets := document.get("assets")) else None,
        ),
        annotations=json.loads(row["annotations"]),
        startup=Startup(milliseconds=row["startup_ms"], handlers=tuple(json.loads(row["handlers"]))),
        source=row["source"],
    )
