"""The content of a static file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from aerostack.assets.hashing import asset_hash
from aerostack.errors import BundleError, Location
from aerostack.model import Asset


def contained(path: Path, most: int) -> bytes:
    """The content of a regular file that ``walk`` has found; of one with more than ``most`` bytes a byte more.

    Raises ``BundleError`` when it is no such file any more.
    """
    try:
        # Looked at once more: since it was found, somebody may have put a link or a pipe in its place.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise _unreadable(path, "it is no regular file")
            # In one call: there may be thousands of files.
            return os.read(descriptor, min(found.st_size, most) + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def read(asset: Asset) -> bytes:
    """The content that ``asset.hash`` stands for.

    Raises ``BundleError`` when the file has been changed since it was collected: the platform would keep other content
    under that hash for ever.
    """
    content = contained(asset.file, asset.size)
    if asset_hash(content, asset.path) != asset.hash:
        raise BundleError(
            f"the static file {asset.path} was changed while it was being deployed",
            hint="deploy again when nothing writes into the folder any more",
            where=Location(asset.file),
        )
    return content


def _unreadable(path: Path, why: str) -> BundleError:
    return BundleError(
        f"the static file {path.name} cannot be read: {why}",
        hint="make it a readable file, or name it in .assetsignore",
        where=Location(path),
    )
