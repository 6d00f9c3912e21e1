"""One deploy per project, environment and target at a time on one machine.

The lock is an ``flock``: it dies with its holder, however that dies, so a stale file never blocks anybody. The file's
content only says who holds it, for people.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from aerostack.errors import JournalError, LockedError
from aerostack.state import refuse_links
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOwner:
    """Who holds a lock: user, host, process id, and when it was taken (ISO 8601, UTC)."""

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}, since {self.since}"


def read_owner(path: Path) -> LockOwner | None:
    """Who wrote the lock file last; ``None`` when there is none or it says nothing."""
    try:
        return LockOwner(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


class Lock:
    """The lock on one project, backend and environment; it covers every target, as the plan names the target late."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the block. Raises ``LockedError`` at once, naming the holder, when somebody else does."""
        descriptor = self._open()
        try:
            if not _try_flock(descriptor):
                owner = read_owner(self.path)
                raise LockedError(
                    f"another deploy of this environment is running ({owner or 'owner unknown'})",
                    hint="wait for it, or see `aerostack unlock`",
                )
            self._describe(descriptor)
            try:
                yield
            finally:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def is_held(self) -> bool:
        """Whether a living process holds it."""
        with self._free() as free:
            return not free

    def clear_stale(self) -> None:
        """Forget a holder that is dead; a lock that is held stays as it is."""
        with self._free() as free:
            if free:
                self.path.write_bytes(b"")

    @contextlib.contextmanager
    def _free(self) -> Iterator[bool]:
        descriptor = self._open()
        try:
            yield _try_flock(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        refuse_links(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise JournalError(
                f"the lock {self.path} cannot be opened: {error.strerror or error}",
                hint="make the folder .aerostack writable",
            ) from error

    def _describe(self, descriptor: int) -> None:
        owner = LockOwner(
            user=os.environ.get("USER") or os.environ.get("USERNAME") or str(os.getuid()),
            host=socket.gethostname(),
            pid=os.getpid(),
            since=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, (json.dumps(asdict(owner)) + "\n").encode(), 0)


def _try_flock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
