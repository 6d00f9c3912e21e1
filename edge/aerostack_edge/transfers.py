"""Files that clients send and fetch beside the API, each under an address that only its owner can know."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

LIFETIME = 3600.0

Direction: TypeAlias = Literal["in", "out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """``purpose`` is what it was opened for, such as the id of a database. ``expires`` is on the monotonic clock."""

    key: str
    direction: Direction
    purpose: str
    path: Path
    expires: float


class Transfers:
    """Open transfers. Nothing of them outlives the process: what a killed one left in ``folder`` is removed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        self._folder = folder
        self._open: dict[str, Transfer] = {}

    def open(self, direction: Direction, purpose: str) -> Transfer:
        """A new one; its file is empty."""
        self._sweep()
        key = secrets.token_urlsafe(32)
        transfer = Transfer(
            key=key,
            direction=direction,
            purpose=purpose,
            path=self._folder / secrets.token_hex(16),
            expires=time.monotonic() + LIFETIME,
        )
        transfer.path.touch(mode=0o600)
        self._open[key] = transfer
        return transfer

    def get(self, key: str, direction: Direction) -> Transfer | None:
        """The open one of that key; ``None`` when there is none or it has expired."""
        self._sweep()
        found = self._open.get(key)
        return found if found is not None and found.direction == direction else None

    def close(self, transfer: Transfer) -> None:
        """Forget it with its file."""
        self._open.pop(transfer.key, None)
        transfer.path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        now = time.monotonic()
        for transfer in [transfer for transfer in self._open.values() if transfer.expires <= now]:
            self.close(transfer)


async def receive(transfer: Transfer, chunks: AsyncIterable[bytes], limit: int) -> str | None:
    """Write what arrives into the file; its MD5 in hex, ``None`` when it is longer than ``limit``."""
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    with transfer.path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                return None
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
