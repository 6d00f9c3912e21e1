"""Who the account is: its id and token, in ``edge.json``, for this process and for the clients on this machine."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from aerostack.errors import AerostackError
from aerostack_edge import disk

SUBDOMAIN = "edge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """``base_url`` and ``pid`` are those of the process that served last."""

    account: str
    token: str = field(repr=False)
    base_url: str = ""
    pid: int = 0

    def serving(self, base_url: str) -> Identity:
        """The same account, served by this process."""
        return replace(self, base_url=base_url, pid=os.getpid())


def load(data: Path) -> Identity | None:
    """What ``edge.json`` says; ``None`` when the account has never been served.

    Raises ``AerostackError`` when the file is not ours to understand.
    """
    path = data / "edge.json"
    try:
        document = json.loads(path.read_bytes())
        return Identity(
            account=str(document["account"]),
            token=str(document["token"]),
            base_url=str(document["base_url"]),
            pid=int(document["pid"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise AerostackError(
            f"{path} is damaged",
            hint=f"remove {path}: the account then gets a new id and token, and keeps what is deployed",
            code="edge_state",
        ) from error


def create() -> Identity:
    """A new account: a random id and a random token."""
    return Identity(account=secrets.token_hex(16), token=secrets.token_urlsafe(32))


def save(data: Path, identity: Identity) -> None:
    """Write ``edge.json`` atomically, readable for the owner only."""
    partial = data / f".edge.json.{secrets.token_hex(4)}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(identity), file)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(data / "edge.json")
    disk.sync(data)


@contextlib.contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Hold the folder for this process. Raises ``AerostackError`` naming the process that has it."""
    disk.make_folder(data)
    data.chmod(0o700)
    with (data / "edge.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AerostackError(
                f"{data} is being served already, by process {lock.read().strip() or 'unknown'}",
                hint="stop that one first, or serve another account: aerostack edge serve --data DIR",
                code="edge_running",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_claimed(data: Path) -> bool:
    """Whether a process serves the folder now."""
    try:
        lock = (data / "edge.lock").open("rb")
    except FileNotFoundError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
