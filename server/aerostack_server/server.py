"""What every request of one process shares. Nothing of it is state: a second process beside it sees the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import update

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.deploys.deploys import Deploys
from aerostack_server.deploys.logs import Logs
from aerostack_server.identity.caller import Caller
from aerostack_server.identity.vault import Vault
from aerostack_server.settings import Settings


@dataclass(slots=True)
class Server:
    """``deploys`` is everything that reaches the platform."""

    settings: Settings
    database: Database
    vault: Vault
    deploys: Deploys
    logs: Logs
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    def note_use(self, caller: Caller) -> None:
        """Remember that a key is in use, without letting its request wait for it."""

        async def write() -> None:
            now = update(tables.keys).where(tables.keys.c.id == caller.key_id).values(last_used_at=clock.now())
            await self.database.write(lambda connection: connection.execute(now))

        task = asyncio.get_running_loop().create_task(write())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        """Wait for what runs in the background."""
        await asyncio.gather(*self._background, return_exceptions=True)
