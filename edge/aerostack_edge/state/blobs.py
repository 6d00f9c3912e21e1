"""Module contents, each stored once under the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path


class Blobs:
    """A folder of immutable files. A digest handed out by ``put`` is on disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Store several at once; their digests, in order. Blocks on the disk."""
        digests = []
        fresh = False
        for content in contents:
            digest = hashlib.sha256(content).hexdigest()
            digests.append(digest)
            target = self._folder / digest
            if target.exists():
                continue
            partial = self._folder / f".{digest}.{secrets.token_hex(4)}"
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(target)
            fresh = True
        if fresh:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return digests

    def get(self, digest: str) -> bytes:
        """The content. Raises ``FileNotFoundError`` for a digest that ``put`` never gave."""
        return (self._folder / digest).read_bytes()

    def keep(self, digests: set[str]) -> None:
        """Remove everything else. Only safe while nothing is being stored."""
        for path in self._folder.iterdir():
            if path.name not in digests:
                path.unlink()
