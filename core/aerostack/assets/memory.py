"""The hashes of files that nobody has touched since they were taken: reading thousands of files again costs the most.

A file is known by what the system says of it: device, number, size, the moments of its last changes. No repository can
bring such an entry along. It is no more than a memory: what is missing or cannot be read is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import field
from pathlib import Path

from aerostack.assets.hashing import LENGTH
from aerostack.errors import JournalError
from aerostack.model import Project
from aerostack.state import STATE, refuse_links, write_state
from aerostack.values import dataclass

#: Nanoseconds in which a file may change twice without anybody seeing it: the coarsest clock of a file system.
_TICK = 2_000_000_000


@dataclass(slots=True)
class Memory:
    """``entries`` are from the last time, ``now`` collects those of this one; ``began`` is when, in nanoseconds."""

    path: Path
    entries: dict[str, list[object]]
    began: int
    now: dict[str, list[object]] = field(default_factory=dict)

    def known(self, path: str, found: os.stat_result) -> str | None:
        """The hash of a file that is as it was; ``path`` is where it is published."""
        entry = self.entries.get(path)
        if entry is None or entry[:-1] != _identity(found) or not isinstance(entry[-1], str):
            return None
        self.now[path] = entry
        return entry[-1] if len(entry[-1]) == LENGTH else None

    def note(self, path: str, found: os.stat_result, digest: str) -> None:
        """Remember a hash, unless the file could change once more without looking changed."""
        if max(found.st_mtime_ns, found.st_ctime_ns) < self.began - _TICK:
            self.now[path] = [*_identity(found), digest]

    def keep(self) -> None:
        """Write it down for the next time."""
        if self.now == self.entries:
            return
        # A folder that cannot be written costs time, not the deploy.
        with contextlib.suppress(OSError, JournalError):
            write_state(self.path, json.dumps(self.now, separators=(",", ":")).encode())


def recall(project: Project, root: Path) -> Memory:
    """What is remembered of the folder ``root``."""
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    path = project.root / STATE / "assets" / f"{name}.json"
    entries: dict[str, list[object]] = {}
    with contextlib.suppress(OSError, ValueError, RecursionError, JournalError):
        refuse_links(path)
        document = json.loads(path.read_bytes())
        if isinstance(document, dict):
            entries = {key: entry for key, entry in document.items() if isinstance(entry, list) and entry}
    return Memory(path, entries, time.time_ns())


def _identity(found: os.stat_result) -> list[object]:
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
