"""Schedules: when an expression is due, and that the Worker is called."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from aerostack_edge.runtime import Cron

YEAR = [datetime(2026, 1, 1) + timedelta(days=number) for number in range(365)]
TOLD = """
export default { async scheduled({ cron, scheduledTime }) {
  console.log(cron, scheduledTime);
  if (cron.startsWith("0")) throw new Error("no");
} };
"""


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("* * * * *", 1440),
        ("*/15 * * * *", 96),
        ("5/20 1,2 * * *", 6),
        ("0-10/5 9-17 * * *", 27),
        ("30 4 * * *", 1),
    ],
)
def test_minutes_and_hours(text, times):
    cron = Cron.parse(text)
    assert sum(cron.due(YEAR[0] + timedelta(minutes=number)) for number in range(1440)) == times


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ("1 1 *", ["01-01"]),
        ("31 * *", ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]),
        ("L FEB *", ["02-28"]),
        ("L-2 feb *", ["02-26"]),
        ("LW 2,5 *", ["02-27", "05-29"]),
        # 2026-02-01 is a Sunday, 2026-08-01 a Saturday, 2026-05-31 a Sunday.
        ("1W 2,8 *", ["02-02", "08-03"]),
        ("15W 2,8 *", ["02-16", "08-14"]),
        ("31W 2,5 *", ["05-29"]),
        ("* 2 1", ["02-01", "02-08", "02-15", "02-22"]),
        ("* 2 SUN", ["02-01", "02-08", "02-15", "02-22"]),
        ("* 2 7", ["02-07", "02-14", "02-21", "02-28"]),
        ("* 2 L", ["02-07", "02-14", "02-21", "02-28"]),
        ("* 2 6L", ["02-27"]),
        ("* 2 mon#2", ["02-09"]),
        ("* 2 2#5", []),
        ("1 2 2", ["02-01", "02-02", "02-09", "02-16", "02-23"]),
        ("10-12/2 2 *", ["02-10", "02-12"]),
    ],
)
def test_days(fields, days):
    cron = Cron.parse(f"0 0 {fields}")
    assert [f"{day:%m-%d}" for day in YEAR if cron.due(day)] == days


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("* * * *", "a cron expression has 5 fields, not 4"),
        ("60 * * * *", "'60' is not from 0 to 59"),
        ("* 24 * * *", "'24' is not from 0 to 23"),
        ("* * 0 * *", "'0' is not from 1 to 31"),
        ("* * * XYZ *", "'XYZ' is not from 1 to 12"),
        ("* * * * 0", "'0' is not from 1 to 7"),
        ("* * * * 8L", "'8' is not from 1 to 7"),
        ("5-1 * * * *", "'5-1' holds nothing"),
        ("*/0 * * * *", "'*/0' holds nothing"),
        ("a-b-c * * * *", "'A-B-C' is not understood"),
        (", * * * *", "'' is not understood"),
    ],
)
def test_what_is_no_expression_says_why(text, why):
    with pytest.raises(ValueError) as refused:
        Cron.parse(text)
    assert str(refused.value) == why


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
