"""Schedules: which Worker is called when. What fell into a time when the edge did not run is not made up for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp

from aerostack.cron import Cron
from aerostack_edge.model import StartupError
from aerostack_edge.runtime.errors import UnknownScript

_MINUTE = timedelta(minutes=1)
# A machine that slept does not run a night's work at once.
_LATEST = timedelta(minutes=5)


class Schedules:
    """The cron expressions of all scripts. ``deliver`` sends an order to a script."""

    def __init__(self, *, deliver: Callable[[str, str, bytes], Awaitable[bytes]], log: Callable[[str], None]) -> None:
        self._deliver = deliver
        self._log = log
        self._crons: dict[str, tuple[Cron, ...]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def set(self, script: str, crons: Sequence[str]) -> None:
        """Make these all that the script has. Raises ``ValueError`` for what is no cron expression."""
        parsed = tuple(Cron.parse(cron) for cron in crons)
        if parsed:
            self._crons[script] = parsed
        else:
            self._crons.pop(script, None)

    def scripts(self) -> frozenset[str]:
        """Those that have any."""
        return frozenset(self._crons)

    def start(self) -> None:
        """Fire from now on, at the beginning of each minute."""
        self._keep(self._forever())

    async def stop(self) -> None:
        """Fire no more, and give up what runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tick(self, minute: datetime) -> None:
        """Fire what is due in that minute of UTC, all at the same time."""
        for script, crons in self._crons.items():
            for cron in crons:
                if cron.due(minute):
                    self._keep(self.fire(script, cron.text, minute))

    async def fire(self, script: str, cron: str, moment: datetime) -> None:
        """Call the script's handler ``scheduled`` as of ``moment``. How it went is logged."""
        order = json.dumps({"cron": cron, "scheduledTime": round(moment.timestamp() * 1000)}).encode()
        try:
            outcome = json.loads(await self._deliver(script, "/scheduled", order))["outcome"]
        except UnknownScript:
            outcome = "there is no such Worker"
        except (StartupError, aiohttp.ClientError, TimeoutError) as error:
            outcome = str(error)
        if outcome != "ok":
            self._log(f"{script}: the schedule {cron} failed: {outcome}")

    async def _forever(self) -> None:
        done = _now()
        while True:
            await asyncio.sleep((done + _MINUTE - datetime.now(UTC)).total_seconds())
            done = max(done, _now() - _LATEST)
            while done < _now():
                done += _MINUTE
                self.tick(done)

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _now() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)
