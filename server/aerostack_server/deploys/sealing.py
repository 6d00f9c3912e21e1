"""The server's own secret, and the change of the master key."""

from __future__ import annotations

import functools
import secrets as random

from sqlalchemy import Connection, insert, select, update

from aerostack.model import Secret
from aerostack_server.database import Database, tables
from aerostack_server.deploys import jobs, secrets
from aerostack_server.deploys.jobs import Lease
from aerostack_server.identity.vault import Vault
from aerostack_server.log import say

_EVENTS = "events"
_BATCH = 500


def events_secret(connection: Connection, vault: Vault) -> Secret:
    """By which the dispatch Worker knows the server. Workers hold tokens of it: the master key may change, this not."""
    table = tables.sealed
    row = connection.execute(select(table.c.value).where(table.c.name == _EVENTS)).first()
    if row is None:
        made = random.token_hex(32)
        connection.execute(insert(table).values(name=_EVENTS, value=vault.seal(_EVENTS, made)))
        return Secret(made)
    if not vault.is_current(row.value):
        # It is sealed anew last, so that until then every start goes on with the rest.
        jobs.enqueue(connection, jobs.RESEAL, _EVENTS)
    return Secret(vault.open(_EVENTS, row.value))


class Sealing:
    """``carry_out`` may be repeated."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def carry_out(self, lease: Lease) -> None:
        """Seal everything with the first master key."""
        after: tuple[str, str] | None = ("", "")
        while after is not None:
            after = self._database.write_now(functools.partial(self._batch, after))
        self._database.write_now(self._last)
        self._database.write_now(lambda connection: jobs.finish(connection, lease))
        say("everything is sealed with the first master key: the others can be removed")

    def _batch(self, after: tuple[str, str], connection: Connection) -> tuple[str, str] | None:
        return secrets.reseal(connection, self._vault, after, _BATCH)

    def _last(self, connection: Connection) -> None:
        table = tables.sealed
        value = connection.execute(select(table.c.value).where(table.c.name == _EVENTS)).scalar_one()
        sealed = self._vault.seal(_EVENTS, self._vault.open(_EVENTS, value))
        connection.execute(update(table).where(table.c.name == _EVENTS).values(value=sealed))
