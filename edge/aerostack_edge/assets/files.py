"""The files of assets: on disk before anybody is told so, kept for as long as a version or a client may want them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerostack_edge.assets import config
from aerostack_edge.assets.manifest import Entry, Manifest
from aerostack_edge.model import AssetFile, Assets
from aerostack_edge.state import assets, versions
from aerostack_edge.state.assets import Asset
from aerostack_edge.state.blobs import Blobs
from aerostack_edge.state.database import Database
from aerostack_edge.state.versions import StoredAssets


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came: the hash that the client gave it, and its content type, or none."""

    hash: str
    content: bytes
    content_type: str


class MissingFilesError(Exception):
    """Files of a manifest have not been uploaded, or not lately enough; ``paths`` are theirs."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = tuple(paths)


class Files:
    """Assets in the blobs; the database knows which hash is which blob.

    Manifests are blobs as well: that of a session says what the client wants, that of a version where it is.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    async def begin(self, manifest: Manifest) -> str:
        """Open a session for the manifest; its id."""
        wanted = {path: [entry.hash, entry.size] for path, entry in manifest.items()}
        return await self._database.write(assets.open_session, await self._put(wanted))

    async def session(self, id: str) -> Manifest | None:
        """The manifest of a session, ``None`` when it is over."""
        digest = await self._database.read(assets.manifest_of, id)
        if digest is None:
            return None
        return {path: Entry(hash, size) for path, (hash, size) in (await self._get(digest)).items()}

    async def missing(self, manifest: Manifest) -> dict[str, int]:
        """The hashes that have not been uploaded yet, with the sizes of their files."""
        sizes = {entry.hash: entry.size for entry in manifest.values()}
        known = await self._database.read(assets.known, sizes)
        return {hash: size for hash, size in sizes.items() if hash not in known}

    async def store(self, uploads: Sequence[Upload]) -> None:
        """Put files on disk, and only then note that they are there."""
        digests = await asyncio.to_thread(self._blobs.put, [upload.content for upload in uploads])
        stored = [
            Asset(hash=upload.hash, digest=digest, content_type=upload.content_type)
            for upload, digest in zip(uploads, digests, strict=True)
        ]
        await self._database.write(assets.record, stored)

    async def settled(self, manifest: Manifest) -> str:
        """The digest of a manifest for a version, which needs nothing but blobs. Raises ``MissingFilesError``."""
        known = await self._database.read(assets.known, {entry.hash for entry in manifest.values()})
        missing = [path for path, entry in manifest.items() if entry.hash not in known]
        if missing:
            raise MissingFilesError(missing)
        files = {}
        for path, entry in sorted(manifest.items()):
            asset = known[entry.hash]
            files[path] = [asset.hash, asset.digest, asset.content_type]
        return await self._put(files)

    async def read(self, stored: StoredAssets) -> Assets:
        """What a version serves."""
        files = {
            path: AssetFile(hash=hash, name=digest, content_type=content_type)
            for path, (hash, digest, content_type) in (await self._get(stored.manifest)).items()
        }
        return Assets(folder=self._blobs.folder, files=files, config=config.parsed(stored.config))

    async def sweep(self) -> None:
        """Remove the blobs that nobody needs: only while nothing is being stored, so before anybody is served."""

        def needed(connection: sqlite3.Connection) -> tuple[set[str], set[str], set[str], dict[str, str]]:
            assets.expire(connection)
            modules, manifests = versions.digests(connection)
            return modules, manifests, assets.manifests(connection), assets.digests(connection)

        modules, manifests, sessions, known = await self._database.write(needed)
        served = {digest for manifest in manifests for _, digest, _ in (await self._get(manifest)).values()}
        wanted = {hash for manifest in sessions for hash, _ in (await self._get(manifest)).values()}
        unused = {hash for hash, digest in known.items() if digest not in served and hash not in wanted}
        await self._database.write(assets.forget, unused)
        kept = {digest for hash, digest in known.items() if hash not in unused}
        await asyncio.to_thread(self._blobs.keep, modules | manifests | sessions | served | kept)

    async def _put(self, document: Mapping[str, Collection[object]]) -> str:
        content = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        (digest,) = await asyncio.to_thread(self._blobs.put, [content])
        return digest

    async def _get(self, digest: str) -> dict[str, Any]:
        def read() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(self._blobs.get(digest))
            return found

        # Of a large site it takes a while.
        return await asyncio.to_thread(read)
