"""Gradual deployments: two versions answer, each its share of the requests."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter

import pytest

from aerostack_edge.model import StartupError


def says(text: str) -> str:
    return f'let calls = 0; export default {{ fetch() {{ return new Response("{text} " + ++calls); }} }};'


def keyed(key: str) -> dict[str, str]:
    return {"Cloudflare-Workers-Version-Key": key}


def wanting(text: str) -> dict[str, str]:
    return {"Cloudflare-Workers-Version-Overrides": text}


async def said(world, headers=None) -> str:
    return (await world.text("demo", headers=headers or {})).split()[0]


def test_each_version_gets_its_share(play, workerds):
    async def scenario(world):
        old, new = world.version("demo", says("old")), world.version("demo", says("new"))
        await world.split((old, 90.0), (new, 10.0))
        assert len(workerds()) == 2
        by_key = Counter([await said(world, keyed(f"user-{number}")) for number in range(300)])
        # The keys are always the same, so are the counts.
        assert 20 <= by_key["new"] <= 40
        assert by_key["old"] + by_key["new"] == 300
        by_chance = Counter([await said(world) for _ in range(200)])
        assert 2 <= by_chance["new"] <= 60

    play(scenario)


def test_a_key_stays_with_its_version_also_after_a_restart(world):
    async def scenario():
        keys = [f"user-{number}" for number in range(20)]
        async with world().running() as first:
            old, new = first.version("demo", says("old")), first.version("demo", says("new"))
            await first.split((old, 50.0), (new, 50.0))
            before = [await said(first, keyed(key)) for key in keys]
        assert set(before) == {"old", "new"}
        async with world().running() as second:
            second.splits = first.splits
            assert [await said(second, keyed(key)) for key in keys] == before

    asyncio.run(scenario())


def test_a_request_may_want_one_of_the_live_versions(play):
    async def scenario(world):
        old, new, other = (world.version("demo", says(text)) for text in ("old", "new", "other"))
        await world.split((old, 100.0), (new, 0.0))
        assert await said(world, wanting(f'demo="{new.id}"')) == "new"
        assert await said(world, wanting(f'x="1", demo = "{new.id}"')) == "new"
        for ignored in (f'other="{new.id}"', f'demo="{other.id}"', f"demo={new.id}", "=", ""):
            assert await said(world, wanting(ignored)) == "old"

    play(scenario)


def test_what_runs_goes_on_when_shares_change(play, workerds):
    async def scenario(world):
        await world.deploy("demo", says("old"))
        old = world.versions["demo"]
        assert await world.text("demo") == "old 1"
        new = world.version("demo", says("new"))
        await world.split((old, 50.0), (new, 50.0))
        assert await world.text("demo", headers=wanting(f'demo="{old.id}"')) == "old 2"
        assert await world.text("demo", headers=wanting(f'demo="{new.id}"')) == "new 1"
        await world.split((new, 100.0))
        assert await world.text("demo") == "new 2"
        while len(workerds()) > 1:
            await asyncio.sleep(0.01)

    play(scenario)


def test_a_version_that_does_not_start_leaves_the_split_as_it_is(play, workerds):
    async def scenario(world):
        await world.deploy("demo", says("old"))
        running = workerds()
        good, bad = world.version("demo", says("good")), world.version("demo", 'throw new Error("no")')
        with pytest.raises(StartupError, match="Uncaught Error: no"):
            await world.split((good, 50.0), (bad, 50.0))
        assert await said(world) == "old"
        assert workerds() == running

    play(scenario)


def test_one_killed_process_of_two_comes_back_and_the_other_goes_on(play, workerds, gone):
    async def scenario(world):
        old, new = world.version("demo", says("old")), world.version("demo", says("new"))
        await world.split((old, 100.0))
        before = workerds()
        await world.split((old, 50.0), (new, 50.0))
        [pid] = workerds() - before
        assert await world.text("demo", headers=wanting(f'demo="{old.id}"')) == "old 1"
        os.kill(pid, signal.SIGKILL)
        await gone(pid)
        assert await world.text("demo", headers=wanting(f'demo="{new.id}"')) == "new 1"
        assert await world.text("demo", headers=wanting(f'demo="{old.id}"')) == "old 2"

    play(scenario)


def test_who_gives_up_while_versions_start_leaves_no_process_behind(play, workerds):
    async def scenario(world):
        await world.deploy("demo", says("old"))
        running = workerds()
        good = world.version("demo", "console.log('up');" + says("good"))
        slow = world.version("demo", "console.log('slow'); while (true);" + says("slow"))
        split = asyncio.create_task(world.split((good, 50.0), (slow, 50.0)))
        while not {"demo: up", "demo: slow"} <= set(world.lines):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # until the first one listens
        split.cancel()
        assert isinstance((await asyncio.gather(split, return_exceptions=True))[0], asyncio.CancelledError)
        assert workerds() == running
        assert await said(world) == "old"

    play(scenario)
