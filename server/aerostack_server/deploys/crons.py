"""Schedules: one job for each environment that has any, due when the next of them is.

What fell into a time when no server ran is not made up for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection

from aerostack.cron import Cron
from aerostack.errors import RemoteError
from aerostack_server import clock
from aerostack_server.database import Database
from aerostack_server.deploys import jobs
from aerostack_server.deploys.jobs import Lease
from aerostack_server.deploys.place import Place, place
from aerostack_server.log import say
from aerostack_server.platform.platform import Platform

#: How late a Worker is still called.
_LATEST = 5 * clock.MINUTE


def plan(connection: Connection, environment_id: str, crons: Iterable[str]) -> None:
    """From now on the environment has these."""
    following = _following(crons, clock.now())
    if following is None:
        jobs.cancel(connection, jobs.CRON, environment_id)
    else:
        jobs.enqueue(connection, jobs.CRON, environment_id, following)


class Crons:
    """Calls Workers."""

    def __init__(self, database: Database, platform: Platform) -> None:
        self._database = database
        self._platform = platform

    def carry_out(self, lease: Lease) -> None:
        """Call the Worker of an environment for each schedule that is due."""
        where = self._database.read_now(lambda connection: place(connection, lease.subject))
        if where is not None and where.live_id is not None and clock.now() - lease.due < _LATEST:
            minute = _moment(lease.due)
            for cron in where.crons:
                if Cron.parse(cron).due(minute):
                    self._call(where, cron, minute)
        self._database.write_now(lambda connection: self._next(connection, lease))

    def _call(self, where: Place, cron: str, minute: datetime) -> None:
        told = {"cron": cron, "scheduledTime": round(minute.timestamp() * 1000)}
        try:
            self._platform.tell(where.label, where.account_slug, "scheduled", told)
        except RemoteError as error:
            # The Worker's own failure is in its log. A schedule is not repeated: the next one comes.
            say(f"schedule {cron!r} of {where.project_slug}/{where.environment}: {error.message}")

    def _next(self, connection: Connection, lease: Lease) -> None:
        where = place(connection, lease.subject)
        following = _following(where.crons, max(lease.due, clock.now())) if where is not None else None
        if following is None:
            jobs.finish(connection, lease)
        else:
            jobs.repeat(connection, lease, following)


def _following(crons: Iterable[str], moment: int) -> int | None:
    found = (Cron.parse(cron).following(_moment(moment)) for cron in crons)
    return min((round(at.timestamp() * 1000) for at in found if at is not None), default=None)


def _moment(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC)
