"""Schedules: the Worker is called when it is due."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

TOLD = """
export default { async scheduled({ cron, scheduledTime }) {
  console.log(cron, scheduledTime);
  if (cron.startsWith("0")) throw new Error("no");
} };
"""


def test_a_worker_is_called_when_it_is_due(play):
    async def scenario(world):
        await world.deploy("demo", TOLD)
        world.runtime.schedules("demo", ["* * * * *", "0 * * * *", "7 7 * * *"])
        world.runtime.schedules("absent", ["0 * * * *"])
        world.runtime.schedules("gone", ["* * * * *"])
        world.runtime.schedules("gone", [])
        moment = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
        world.runtime.crons.tick(moment)
        stamp = round(moment.timestamp() * 1000)
        expected = {
            f"demo: * * * * * {stamp}",
            f"demo: 0 * * * * {stamp}",
            "demo: the schedule 0 * * * * failed: exception",
            "absent: the schedule 0 * * * * failed: there is no such Worker",
        }
        while not expected <= set(world.lines):
            await asyncio.sleep(0.01)
        assert not any("7 7" in line or line.startswith("gone") for line in world.lines)

    play(scenario)


def test_a_tail_shows_a_schedule(play):
    async def scenario(world):
        await world.deploy("demo", TOLD)
        async with world.runtime.tail("demo") as items:
            await world.runtime.crons.fire("demo", "* * * * *", datetime(2026, 5, 5, tzinfo=UTC))
            assert (await anext(items))["event"] == {"cron": "* * * * *", "scheduledTime": 1777939200000}

    play(scenario)
