"""Files that are either the old ones or the new ones, whatever happens in between."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

# Nobody writes a file for that long: who began has died.
_ABANDONED = 60.0


def write_atomic(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace ``path`` by ``content``, durably: once this returns, the new content survives a power cut.

    A symlink is followed and stays one. ``mode`` is the new file's permissions; by default an existing file keeps its
    own and a new one gets what the umask leaves. Raises ``OSError`` with the old file untouched.
    """
    target = path.resolve()
    if mode is None:
        mode = _mode_of(target)
    _sweep(target)
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    # Created with its final permissions: a private file is at no moment readable by others.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder that nobody else may enter, gone at the end. ``tempfile`` would load every archive format for it."""
    # What lies below has a name that nobody can guess, and is private.
    base = os.environ.get("TMPDIR") or "/tmp"  # nosec B108
    folder = Path(base, f"aerostack-{os.urandom(8).hex()}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        for at, folders, files in os.walk(folder, topdown=False):
            for name in files:
                Path(at, name).unlink()
            for name in folders:
                Path(at, name).rmdir()
        folder.rmdir()


def _sweep(target: Path) -> None:
    """Remove what processes left behind that were killed while they wrote the same file."""
    left = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.tmp")
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if left.fullmatch(entry.name) and time_in(target.parent) - entry.stat().st_mtime > _ABANDONED:
                Path(entry.path).unlink()


def time_in(folder: Path) -> float:
    """What the clock says that dates the files in a folder, in seconds since 1970. That of this machine may be wrong.

    Raises ``OSError`` where nothing can be written.
    """
    probe = folder / f".{os.urandom(8).hex()}.probe"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)
        probe.unlink()


def _mode_of(target: Path) -> int | None:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Let the entries of a folder reach the disk: what was made or renamed in it is one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
