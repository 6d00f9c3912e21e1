"""What was uploaded, by its SHA-256: immutable, so nothing is ever written twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from aerostack.errors import AerostackError
from aerostack.files import sync_folder, write_atomic


class MissingArtifactError(AerostackError):
    """What a deployment needs is not kept any more."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"something of this deployment is lost ({digest[:12]})", hint="deploy from the source", code="content_lost"
        )


class Artifacts(Protocol):
    """A place for blobs. Both functions may take time: call them in a thread."""

    def put(self, content: bytes) -> str:
        """Keep ``content``; durable when it returns. Its SHA-256 in hex."""

    def get(self, digest: str) -> bytes:
        """What was put. Raises ``MissingArtifactError`` when it is gone."""


class Disk:
    """Files in a folder, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._under_way: set[str] = set()

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        # What another thread is just writing has its name before it is durable.
        if path.exists() and digest not in self._under_way:
            return digest
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(self._folder)
        self._under_way.add(digest)
        try:
            write_atomic(path, content, mode=0o600)
        finally:
            self._under_way.discard(digest)
        return digest

    def get(self, digest: str) -> bytes:
        try:
            return whole(self._path(digest).read_bytes(), digest)
        except FileNotFoundError:
            raise MissingArtifactError(digest) from None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


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
