"""That a key is in use is written down now and then, however many requests it sends."""

from __future__ import annotations

import asyncio

from sqlalchemy import event

from aerostack_server.database import Database, migrate_apart
from aerostack_server.identity import caller as callers
from aerostack_server.identity import keys, users
from aerostack_server.server import Server


def updates(statements):
    return sum(statement.startswith("UPDATE keys") for statement in statements)


def test_many_requests_at_the_same_moment_are_one_write(tmp_path):
    url, statements = f"sqlite:///{tmp_path / 'server.db'}", []
    migrate_apart(url)

    def begin(connection):
        account, _ = users.create_account(connection, name="a", address="a@example.com", password_hash="none")
        return keys.new(connection, account=account, name="k", scopes=keys.SCOPES)

    async def use():
        database = Database(url)
        await database.open()
        key = await database.write(begin)
        caller = await callers.by_key(database, key.key)
        event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
        server = Server(None, database, None, None, None)
        for _ in range(100):
            server.note_use(caller)
        await server.drain()
        written = updates(statements)
        # It is no memory of what was noted: that is the database's.
        server.note_use(caller)
        await server.drain()
        noted = await database.row("SELECT last_used_at FROM keys WHERE id = :id", {"id": key.id})
        await database.close()
        return written, updates(statements), noted[0]

    once, again, noted = asyncio.run(use())
    assert (once, again) == (1, 2), statements
    assert noted is not None
