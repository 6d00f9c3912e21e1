"""The journal: one small JSON document, replaced atomically and synced before ``record`` returns.

A cache, never the truth: the account is. It answers what the account cannot: which same-named resource is ours, whether
an earlier run announced a creation and then died, and what was made from here, whether or not it is still used.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

from aerostack.errors import JournalError
from aerostack.model import Created, Resource, ResourceKind
from aerostack.state import STATE, file_name, refuse_links, write_state

_VERSION = 1
_KINDS = get_args(ResourceKind)


class FileJournals:
    """The journals of one project, backend and environment: ``.aerostack/journal/<backend>/<target>/<env>.json``.

    The base environment is ``_base``.
    """

    def __init__(self, root: Path, backend: str, environment: str | None) -> None:
        self.folder = root / STATE / "journal" / file_name(backend)
        self._stem = file_name(environment or "_base")

    @property
    def lock_path(self) -> Path:
        """The lock file of this environment, beside the folders of its targets."""
        return self.folder / f"{self._stem}.lock"

    def at(self, target: str) -> FileJournal:
        """The journal of ``target``."""
        return FileJournal(self.folder / file_name(target) / f"{self._stem}.json")


class FileJournal:
    """``aerostack.model.Journal`` on a file, safe to use from several threads.

    Raises ``JournalError`` when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ids: dict[str, str] = {}
        self._intents: dict[str, str] = {}
        self._owned: tuple[Created, ...] = ()
        self._lock = threading.Lock()
        self._read()

    def known(self, key: str) -> str | None:
        return self._ids.get(key)

    def intended(self, key: str, name: str) -> bool:
        return self._intents.get(key) == name

    def intend(self, key: str, name: str) -> None:
        with self._lock:
            self._intents[key] = name
            self._write()

    def record(self, key: str, remote_id: str) -> None:
        with self._lock:
            if self._ids.get(key) == remote_id and key not in self._intents:
                return
            self._ids[key] = remote_id
            self._intents.pop(key, None)
            self._write()

    def forget(self, key: str) -> None:
        with self._lock:
            if key in self._ids or key in self._intents:
                self._ids.pop(key, None)
                self._intents.pop(key, None)
                self._write()

    def owned(self) -> tuple[Created, ...]:
        return self._owned

    def create(self, resource: Resource) -> None:
        announced = Created.of(resource)
        with self._lock:
            self._intents[resource.key] = resource.name
            if announced not in self._owned:
                gone = [item for item in self._owned if item.deleted and _same(item, announced)]
                self._owned = (*(item for item in self._owned if item not in gone), announced)
            self._write()

    def created(self, resource: Resource, remote_id: str) -> None:
        announced = Created.of(resource)
        made = replace(announced, id=remote_id)
        with self._lock:
            self._ids[resource.key] = remote_id
            self._intents.pop(resource.key, None)
            self._owned = (*(item for item in self._owned if item not in (announced, made)), made)
            self._write()

    def disown(self, created: Created) -> None:
        with self._lock:
            if created in self._owned:
                self._owned = tuple(item for item in self._owned if item != created)
                self._write()

    def deleted(self, created: Created) -> None:
        with self._lock:
            self._owned = tuple(replace(item, deleted=True) if item == created else item for item in self._owned)
            self._write()

    def _read(self) -> None:
        refuse_links(self.path)
        try:
            document: Any = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:
            raise JournalError(
                f"the journal {self.path} cannot be read: {error}",
                hint="it is only a cache: if it is damaged, delete it and deploy again",
            ) from error
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            raise JournalError(
                f"the journal {self.path} was written by another version of aerostack",
                hint="upgrade aerostack; or delete the file, it is only a cache, and deploy again",
            )
        self._ids = _strings(document.get("ids"))
        self._intents = _strings(document.get("intents"))
        self._owned = _owned(document.get("owned"))

    def _write(self) -> None:
        owned = [{key: value for key, value in asdict(item).items() if value} for item in self._owned]
        document = {"version": _VERSION, "ids": self._ids, "intents": self._intents, "owned": owned}
        try:
            write_state(self.path, (json.dumps(document, indent=2, sort_keys=True) + "\n").encode(), mode=0o600)
        except OSError as error:
            raise JournalError(
                f"the journal {self.path} cannot be written: {error.strerror or error}",
                hint="make the folder .aerostack writable, with room on the disk: it spares a second creation",
            ) from error


def _strings(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if isinstance(item, str)}


def _owned(value: Any) -> tuple[Created, ...]:
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return tuple(
        Created(
            kind=known["kind"],  # type: ignore[arg-type]
            name=known["name"],
            id=known.get("id"),
            jurisdiction=known.get("jurisdiction"),
            deleted=item.get("deleted") is True,
        )
        for item in items
        for known in (_strings(item),)
        if known.get("kind") in _KINDS and "name" in known
    )


def _same(one: Created, other: Created) -> bool:
    return (one.kind, one.name, one.jurisdiction) == (other.kind, other.name, other.jurisdiction)
