"""Whose turn it is to write to an SQLite file, among processes."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turn:
    """A lock in a file beside the database. Its holder is the only one that begins a transaction.

    Who waits for it is woken the moment that it is free; who waits for SQLite's own sleeps, and looks again. It ends
    with the process that holds it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = -1

    def __enter__(self) -> None:
        if self._descriptor < 0:
            # Not the database itself: closing it would drop SQLite's locks. Opened late: a fork would share it.
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
