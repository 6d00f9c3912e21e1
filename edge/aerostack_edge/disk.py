"""What survives a power cut, and what a full disk looks like.

A new file is on disk when its content has been synced and then the folder that names it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Beside SQLITE_FULL: what SQLite says when it cannot enlarge one of its smaller files.
_SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
# Less than the largest thing that may be written at once.
_SCARCE = 64 * 1024 * 1024


def sync(path: Path) -> None:
    """Have a file or a folder on disk when this returns. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """A folder for us alone, with its parents: there already, or on disk when this returns. Raises ``OSError``."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync(path.parent)


def is_scarce(path: Path) -> bool:
    """Whether there is so little room left that it may be why something failed. Raises ``OSError``."""
    return shutil.disk_usage(path).free < _SCARCE


def is_full(error: BaseException, path: Path) -> bool:
    """Whether the error says that the disk of ``path`` is full. Raises ``OSError``."""
    if isinstance(error, sqlite3.Error):
        # The lowest byte is the kind; the rest says where.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_FULL and is_scarce(path)
    return isinstance(error, OSError) and error.errno in _FULL
