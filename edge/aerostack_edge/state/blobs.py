"""Module contents, each stored once under the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aerostack_edge import disk

_AT_ONCE = 16


class Blobs:
    """A folder of immutable files. A digest handed out by ``put`` is on disk."""

    def __init__(self, folder: Path) -> None:
        disk.make_folder(folder)
        self.folder = folder

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Store several at once; their digests, in order. Blocks on the disk. Raises ``OSError``."""
        # Each waits for the disk, which syncs many files in the time of one.
        with ThreadPoolExecutor(_AT_ONCE) as writers:
            digests = list(writers.map(self._write, contents))
        # Also for those that are there already: who puts them may not have come so far.
        disk.sync(self.folder)
        return digests

    def _write(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        target = self.folder / digest
        if target.exists():
            return digest
        partial = self.folder / f".{digest}.{secrets.token_hex(4)}"
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(target)
        except OSError:
            partial.unlink(missing_ok=True)  # a full disk needs its room
            raise
        return digest

    def get(self, digest: str) -> bytes:
        """The content. Raises ``FileNotFoundError`` for a digest that ``put`` never gave."""
        return (self.folder / digest).read_bytes()

    def keep(self, digests: set[str]) -> None:
        """Remove everything else. Only safe while nothing is being stored."""
        for path in self.folder.iterdir():
            if path.name not in digests:
                path.unlink()
