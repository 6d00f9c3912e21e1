"""Tails: watching what a Worker does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

LOUD = """
export default { fetch(request) {
  console.log("saw", { a: 1 });
  console.error("bad");
  if (request.url.endsWith("/boom")) throw new TypeError("boom");
  return new Response("VERSION");
} };
"""


async def visit(world, path="/", **options) -> int:
    async with world.request("GET", "demo", path, **options) as answer:
        await answer.read()
        return answer.status


def test_a_tail_shows_requests_logs_and_exceptions(play):
    async def scenario(world):
        await world.deploy("demo", LOUD)
        async with world.runtime.tail("demo") as items:
            assert await visit(world, "/x?y", headers={"Authorization": "Bearer hush"}) == 200
            item = await anext(items)
            assert (item["scriptName"], item["outcome"]) == ("demo", "ok")
            assert item["scriptVersion"] == {"id": world.versions["demo"].id}
            assert [(log["level"], log["message"]) for log in item["logs"]] == [
                ("log", ["saw", {"a": 1}]),
                ("error", ["bad"]),
            ]
            assert isinstance(item["eventTimestamp"], int)
            request = item["event"]["request"]
            assert (request["method"], request["url"]) == ("GET", "http://demo.edge.localhost/x?y")
            assert request["headers"]["authorization"] == "REDACTED"
            assert "cf" not in request
            assert item["event"]["response"] == {"status": 200}
            await visit(world, "/boom")
            item = await anext(items)
            assert item["outcome"] == "exception"
            [thrown] = item["exceptions"]
            assert (thrown["name"], thrown["message"]) == ("TypeError", "boom")

    play(scenario)


def test_each_who_watches_sees_everything_and_others_see_nothing(play):
    async def scenario(world):
        await world.deploy("demo", LOUD)
        await world.deploy("other", LOUD)
        async with contextlib.AsyncExitStack() as stack:
            first, second = [await stack.enter_async_context(world.runtime.tail("demo")) for _ in range(2)]
            await world.text("other")
            await visit(world, "/mine")
            for items in (first, second):
                assert (await anext(items))["event"]["request"]["url"].endswith("/mine")

    play(scenario)


def test_a_tail_goes_on_through_deploys_splits_and_crashes(play, workerds, gone):
    async def scenario(world):
        async with world.runtime.tail("demo") as items:
            await world.deploy("demo", LOUD)
            await visit(world)
            assert (await anext(items))["scriptVersion"]["id"] == world.versions["demo"].id
            new = world.version("demo", LOUD)
            await world.split((world.versions["demo"], 0.0), (new, 100.0))
            await visit(world)
            assert (await anext(items))["scriptVersion"]["id"] == new.id
            await world.split((new, 100.0))
            while len(workerds()) > 1:
                await asyncio.sleep(0.01)
            [pid] = workerds()
            os.kill(pid, signal.SIGKILL)
            await gone(pid)
            await visit(world)
            assert (await anext(items))["outcome"] == "ok"

    play(scenario)


def test_nothing_is_sent_when_nobody_watches(play):
    async def scenario(world):
        await world.deploy("demo", LOUD)
        async with world.runtime.tail("demo"):
            await visit(world, "/seen")
        await visit(world, "/unseen")
        async with world.runtime.tail("demo") as items:
            await visit(world, "/later")
            assert (await anext(items))["event"]["request"]["url"].endswith("/later")

    play(scenario)


def test_who_is_slow_loses_the_oldest(play):
    async def scenario(world):
        await world.deploy("demo", LOUD)
        async with world.runtime.tail("demo") as slow, world.runtime.tail("demo") as quick:
            for number in range(1005):
                await visit(world, f"/{number}")
                await anext(quick)
            assert (await anext(slow))["event"]["request"]["url"].endswith("/5")

    play(scenario)


def test_what_ends_a_tail_does_not_end_the_worker(play):
    async def scenario(world):
        await world.deploy("demo", LOUD)
        task = asyncio.create_task(_watch(world))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await visit(world) == 200

    play(scenario)


def test_a_worker_that_hangs_can_be_watched_and_replaced_all_the_same(play):
    async def scenario(world):
        await world.deploy("demo", "export default { fetch() { console.log('hangs'); while (true); } };")
        stuck = asyncio.create_task(visit(world))
        while "demo: hangs" not in world.lines:
            await asyncio.sleep(0.01)
        # Far below the time that the request would hold anybody up.
        async with asyncio.timeout(30), world.runtime.tail("demo") as items:
            await world.deploy("demo", LOUD)
            assert await visit(world, "/mended") == 200
            assert (await anext(items))["event"]["request"]["url"].endswith("/mended")
        stuck.cancel()

    play(scenario)


async def _watch(world) -> None:
    async with world.runtime.tail("demo") as items:
        await anext(items)
