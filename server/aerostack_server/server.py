"""What every request of one process shares. Nothing of it is state: a second process beside it sees the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.deploys.deploys import Deploys
from aerostack_server.deploys.logs import Logs
from aerostack_server.identity.caller import Caller
from aerostack_server.identity.vault import Vault
from aerostack_server.log import say
from aerostack_server.settings import Settings


@dataclass(slots=True)
class Server:
    """``deploys`` is everything that reaches the platform."""

    settings: Settings
    database: Database
    vault: Vault
    deploys: Deploys
    logs: Logs
    _noting: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def note_use(self, caller: Caller) -> None:
        """Remember that a key is in use, without letting its request wait for it."""
        key = caller.key_id
        # Until it is written, every other request with the key finds it not noted either.
        if key is None or key in self._noting:
            return

        async def write() -> None:
            now = update(tables.keys).where(tables.keys.c.id == key).values(last_used_at=clock.now())
            try:
                await self.database.write(lambda connection: connection.execute(now))
            except DBAPIError as error:  # the next request tries again
                say(f"the use of a key was not noted: {type(error).__name__}")
            finally:
                del self._noting[key]

        self._noting[key] = asyncio.get_running_loop().create_task(write())

    async def drain(self) -> None:
        """Wait for what runs in the background."""
        await asyncio.gather(*self._noting.values())
