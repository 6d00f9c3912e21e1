"""The way from a project to its static files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from aerostack.assets import settings
from aerostack.assets.content import contained
from aerostack.assets.folder import folder
from aerostack.assets.hashing import asset_hash
from aerostack.errors import BundleError, Location
from aerostack.model import Asset, Assets, Project

#: Cloudflare's limits: bytes of a file, and files of a Worker.
LARGEST = 25 * 1024 * 1024
MOST = 100_000

#: Files that say how the others are served.
_SERVING = ("_headers", "_redirects")


def collect(project: Project) -> Assets | None:
    """Every static file that is to be published; ``None`` for a project without ``[assets]``.

    Raises ``ConfigError`` for settings that make no sense, and ``BundleError`` for a folder that cannot be published as
    it is.
    """
    if settings.table(project) is None:
        return None
    from aerostack.assets import ignore
    from aerostack.assets.memory import recall
    from aerostack.assets.walk import Walk

    settings.check(project)
    root = folder(project)
    walk = Walk(root, ignore.read(root, _meta(root, ignore.FILE)))
    memory = recall(project, root)
    files: list[Asset] = []
    for path, real in walk.files():
        if len(files) == MOST:
            raise _error(root, f"the assets folder has more than {MOST:,} files", _FEWER)
        found = os.stat(real, follow_symlinks=False)  # noqa: PTH116
        if found.st_size > LARGEST:
            raise _error(
                real, f"the static file {path} has {_mebibytes(found.st_size)}, and one may have 25 MiB", _SMALLER
            )
        digest = memory.known(path, found)
        if digest is None:
            digest = asset_hash(contained(real, LARGEST), path)
            memory.note(path, found, digest)
        files.append(Asset(path=f"/{path}", file=real, size=found.st_size, hash=digest))
    memory.keep()
    _check_alike(files)
    texts = {name: text for name in _SERVING if (text := _text(root, name)) is not None}
    return Assets(
        files=tuple(files),
        config=settings.served(project, texts),
        digest=_digest(files),
        withheld=tuple(walk.withheld),
    )


_FEWER = "leave out what nobody asks for with .assetsignore, or keep it in R2"
_SMALLER = "keep it in R2, or name it in .assetsignore"


def _meta(root: Path, name: str) -> bytes | None:
    """A file that is read and not published. Raises ``BundleError`` when it lies elsewhere."""
    path = root / name
    if not path.exists() and not path.is_symlink():
        return None
    real = path.resolve()
    if not real.is_relative_to(root):
        raise _error(path, f"the symbolic link {name} leads out of the assets folder", "replace it by the file")
    return contained(real, LARGEST)


def _text(root: Path, name: str) -> str | None:
    content = _meta(root, name)
    try:
        return None if content is None else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(root / name, f"{name} is no text in UTF-8", "save it as UTF-8") from None


def _check_alike(files: Iterable[Asset]) -> None:
    """Two names that are one to everybody but the disk: which file an address means would be chance."""
    seen: dict[str, str] = {}
    for asset in files:
        if asset.path.isascii():
            continue
        other = seen.setdefault(unicodedata.normalize("NFC", asset.path), asset.path)
        if other != asset.path:
            raise _error(
                asset.file,
                f"two static files are called {asset.path}, in two spellings of the same letters",
                "rename one",
            )


def _digest(files: Iterable[Asset]) -> str:
    import hashlib

    total = hashlib.sha256()
    for asset in sorted(files, key=lambda asset: asset.path):
        # A path holds no null byte.
        total.update(f"{asset.path}\0{asset.hash}\0".encode())
    return total.hexdigest()


def _mebibytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"


def _error(path: Path, message: str, hint: str) -> BundleError:
    return BundleError(message, hint=hint, where=Location(path), code="assets")
