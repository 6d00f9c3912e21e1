"""What was uploaded, by its SHA-256: immutable, so nothing is ever written twice.

What is put again counts as new from then on: of what nobody needs, ``pruning`` removes only what is old.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from aerostack.errors import AerostackError
from aerostack.files import sync_folder, time_in


class MissingArtifactError(AerostackError):
    """What a deployment needs is not kept any more."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"something of this deployment is lost ({digest[:12]})", hint="deploy from the source", code="content_lost"
        )


_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Seconds after which nobody writes a file any more: who began has died.
_ABANDONED = 3600.0


class Artifacts(Protocol):
    """A place for blobs. Everything may take time: call it in a thread."""

    def put(self, content: bytes) -> str:
        """Keep ``content``; durable when it returns. Its SHA-256 in hex."""

    def get(self, digest: str) -> bytes:
        """What was put. Raises ``MissingArtifactError`` when it is gone."""

    def digests(self) -> Iterator[str]:
        """All that is kept."""

    def remove_old(self, digest: str, age: float) -> int | None:
        """Remove what was not put for ``age`` seconds; its size in bytes, ``None`` for what stays."""


class Disk:
    """Files in a folder, two levels deep. Those that are being written stand in ``new``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / "new"
        self._drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
        # All of them, before anything is kept: what stands in one that another process has just made could be lost.
        for number in range(256):
            (folder / f"{number:02x}").mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder)
        sync_folder(folder.parent)
        now = time_in(self._drafts)
        for draft in self._drafts.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process is at it too
                if now - draft.stat().st_mtime > _ABANDONED:
                    draft.unlink()

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        try:
            os.utime(path)
        except FileNotFoundError:
            self._write(path, content)
        # Also where it was there: whoever wrote it, in any process, may not have come so far.
        sync_folder(path.parent)
        return digest

    def _write(self, path: Path, content: bytes) -> None:
        draft = self._drafts / os.urandom(8).hex()
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                left = memoryview(content)
                while left:
                    left = left[file.write(left) :]
                os.fsync(descriptor)
            draft.rename(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def get(self, digest: str) -> bytes:
        try:
            return whole(self._path(digest).read_bytes(), digest)
        except FileNotFoundError:
            raise MissingArtifactError(digest) from None

    def digests(self) -> Iterator[str]:
        for number in range(256):
            yield from (file.name for file in (self._folder / f"{number:02x}").iterdir() if is_digest(file.name))

    def remove_old(self, digest: str, age: float) -> int | None:
        path, aside = self._path(digest), self._drafts / os.urandom(8).hex()
        with contextlib.suppress(FileNotFoundError):
            if not self._is_old(path, age):
                return None
            # Out of the way first: whoever puts it again has made it young before that, or writes it anew.
            path.rename(aside)
            if self._is_old(aside, age):
                size = aside.stat().st_size
                aside.unlink()
                return size
            aside.rename(path)
        return None

    def _is_old(self, file: Path, age: float) -> bool:
        return time_in(self._drafts) - file.stat().st_mtime >= age

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def is_digest(name: str) -> bool:
    """Whether it can be the name of an artifact: others may have put something there too."""
    return _DIGEST.fullmatch(name) is not None


def whole(content: bytes, digest: str) -> bytes:
    """``content`` when it is what was put. Raises ``MissingArtifactError``."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise MissingArtifactError(digest)
    return content


def artifacts(url: str | None, folder: Path, environ: Mapping[str, str]) -> Artifacts:
    """Those at ``url``, else those in ``folder``. Raises ``ConfigError``."""
    if url is None:
        return Disk(folder)
    from aerostack_server.deploys.s3 import S3

    return S3(url, environ)
