"""Durable Objects on disk: a folder for each namespace, in it a file for each object, all written by workerd.

An object must live in one process only, or it would not be one: see ``Script``.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from aerostack_edge.model import ScriptVersion
from aerostack_edge.runtime.capnp import Value

_SERVICE = "objects"


class Objects:
    """What the objects of all scripts hold, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sweep(self, kept: Iterable[str]) -> None:
        """Make the folder, and delete what belongs to none of the namespaces ``kept``."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = set(kept)
        for entry in self.folder.iterdir():
            if entry.name not in wanted:
                shutil.rmtree(entry, ignore_errors=True)

    async def forget(self, namespaces: Iterable[str]) -> None:
        """Delete all that the objects of these namespaces hold. Fine when they never held anything."""
        for id in namespaces:
            await asyncio.to_thread(shutil.rmtree, self.folder / id, ignore_errors=True)


def worker_fields(version: ScriptVersion, *, lasting: bool) -> Mapping[str, Value]:
    """What the Worker's configuration says of its objects. Unless they are ``lasting``, they live in memory."""
    if not version.objects:
        return {}
    namespaces: list[Value] = [
        {"className": item.class_name, "uniqueKey": item.id, "enableSql": item.use_sqlite} for item in version.objects
    ]
    storage: Value = {"localDisk": _SERVICE} if lasting else {"inMemory": None}
    return {"durableObjectNamespaces": namespaces, "durableObjectStorage": storage}


def services(version: ScriptVersion, folder: Path) -> tuple[Mapping[str, Value], ...]:
    """The disk that they are on."""
    return ({"name": _SERVICE, "disk": {"path": str(folder), "writable": True}},) if version.objects else ()
