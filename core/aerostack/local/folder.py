"""The one folder that holds everything: the data of both services, their logs, who runs them and where they answer."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from aerostack.errors import AerostackError, LockedError
from aerostack.files import write_atomic
from aerostack.values import dataclass

#: Seconds that services may take to end after their supervisor was killed.
_ORPHANS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the services answer, and ``pid``, the process that keeps them running."""

    api_url: str
    dashboard_url: str
    edge_url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Folder:
    """``path`` is made when it is claimed."""

    path: Path

    @property
    def edge(self) -> Path:
        """What the edge keeps."""
        return self.path / "edge"

    @property
    def server(self) -> Path:
        """What the server keeps."""
        return self.path / "server"

    def log(self, service: str) -> Path:
        """Where a service writes what it says."""
        return self.path / f"{service}.log"

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the folder for the block; the claim dies with its process. Raises ``LockedError`` when it is taken."""
        self.make()
        descriptor = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _try_flock(descriptor):
                raise LockedError(f"{self.path} is in use by another `aerostack up`", hint="aerostack status")
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def free(self) -> Iterator[int]:
        """Wait until services of a supervisor that was killed have ended, and give what ours are to hold open.

        Raises ``LockedError`` when they do not end.
        """
        descriptor = os.open(self.path / "services.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + _ORPHANS
            while not _try_flock(descriptor):
                if time.monotonic() > deadline:
                    raise LockedError(
                        f"server or edge of an earlier `aerostack up` still use {self.path}",
                        hint="end their processes: they outlived it",
                    )
                time.sleep(0.05)
            yield descriptor
        finally:
            os.close(descriptor)

    def is_claimed(self) -> bool:
        """Whether a living process holds the folder."""
        try:
            descriptor = os.open(self.path / "up.lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _try_flock(descriptor)
        finally:
            os.close(descriptor)

    def make(self) -> None:
        """Let the folder exist, for its owner alone. Raises ``AerostackError`` when it cannot."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise AerostackError(
                f"the folder {self.path} cannot be made: {error.strerror or error}",
                hint="choose another: aerostack up --data DIR",
                code="data_folder",
            ) from error

    def announce(self, addresses: Addresses) -> None:
        """Note where everything answers, for other commands and for the next start."""
        write_atomic(self.path / "up.json", (json.dumps(asdict(addresses), indent=2) + "\n").encode(), mode=0o600)

    def last(self) -> Addresses | None:
        """Where everything answers, or did when it ran last."""
        try:
            found = Addresses(**json.loads((self.path / "up.json").read_bytes()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        sound = isinstance(found.pid, int) and all(
            isinstance(url, str) for url in (found.api_url, found.dashboard_url, found.edge_url)
        )
        return found if sound else None

    def running(self) -> Addresses | None:
        """Where everything answers now; ``None`` when nothing runs, or is not ready yet."""
        found = self.last()
        return found if found is not None and self.is_claimed() and _lives(found.pid) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _try_flock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
