"""The keys that open an account's private projects, as the dispatch Worker reads them: all in one value."""

from __future__ import annotations

import json

from sqlalchemy import Connection, or_, select

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.deploys import jobs
from aerostack_server.deploys.jobs import Lease
from aerostack_server.platform import names
from aerostack_server.platform.platform import Platform


def changed(connection: Connection, account: str) -> None:
    """Have the platform told, if the account has anything private."""
    projects = tables.projects
    private = select(projects.c.id).where(projects.c.account_id == account, projects.c.public.is_(False)).limit(1)
    if connection.execute(private).first() is not None:
        jobs.enqueue(connection, jobs.KEYS, account)


class Keyring:
    """``carry_out`` writes everything anew, so that it may be repeated, and nothing is forgotten."""

    def __init__(self, database: Database, platform: Platform) -> None:
        self._database = database
        self._platform = platform

    def carry_out(self, lease: Lease) -> None:
        """Tell the platform. Raises ``RemoteError``."""
        self.tell(lease.subject)
        self._database.write_now(lambda connection: jobs.finish(connection, lease))

    def tell(self, account: str) -> None:
        """Tell the platform now. Raises ``RemoteError``."""
        told = None
        # Somebody else may have told it meanwhile that a key is revoked: what comes last has to be true.
        while (value := self._database.read_now(lambda connection: _value(connection, account))) != told:
            self._platform.account.kv.put(self._platform.routes, names.keys_key(account), value)
            told = value


def _value(connection: Connection, account: str) -> bytes:
    keys = tables.keys
    good = select(keys).where(
        keys.c.account_id == account,
        keys.c.revoked_at.is_(None),
        or_(keys.c.expires_at.is_(None), keys.c.expires_at > clock.now()),
    )
    known = {
        row.secret_hash: {"project": row.project_id, "expires": row.expires_at} for row in connection.execute(good)
    }
    return json.dumps(known, sort_keys=True).encode()
