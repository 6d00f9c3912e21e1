"""Limits: a Worker that computes without end, eats memory or throws at its start is ended, and disturbs nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from aerostack_edge.runtime import Store, StoreUnavailable
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.limits import Limits

BAD = """
const kept = [];
const bad = {
  async "/loop"() { for (;;); },
  async "/microtasks"() { for (;;) await 0; },
  async "/heap"() { for (;;) kept.push(new Array(1e6).fill(0.5)); },
  async "/buffers"() { for (;;) { kept.push(new Uint8Array(1 << 24).fill(1)); await scheduler.wait(5); } },
};
export default {
  async fetch(request) {
    await bad[new URL(request.url).pathname]?.();
    return new Response("well");
  },
  async scheduled() { for (;;); },
};"""
CPU = "used more than its 300 ms of CPU time"
# The path, the limit of CPU time, and why it is ended.
ENDS = [
    ("/loop", 300, CPU),
    ("/microtasks", 300, CPU),
    ("/heap", None, "outgrew its memory for JavaScript"),
    ("/buffers", None, "held more than its 384 MiB of memory"),
]
THROWS = 'throw new Error("no");'
HELLO = 'export default { fetch() { return new Response("hello"); } };'


@contextlib.asynccontextmanager
async def neighbour(world) -> AsyncIterator[None]:
    """Ask another Worker all the time; every answer must be good."""
    await world.deploy("neighbour", HELLO)
    over = asyncio.Event()

    async def ask() -> int:
        count = 0
        while not over.is_set():
            assert await world.text("neighbour") == "hello"
            count += 1
            await asyncio.sleep(0.02)
        return count

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        over.set()
        assert await asking > 0


@pytest.mark.parametrize(("path", "cpu_ms", "why"), ENDS)
def test_a_worker_that_passes_a_limit_is_ended_and_explained_and_comes_back(play, path, cpu_ms, why):
    async def scenario(world):
        async with neighbour(world):
            await world.deploy("bad", BAD, cpu_ms=cpu_ms)
            asked = [world.request("GET", "bad", path) for _ in range(3)]
            for answer in await asyncio.gather(*asked):
                async with answer:
                    assert answer.status == 503
                    assert await answer.text() == f"error code: 1102\nThe Worker bad {why} and was ended.\n"
            assert await world.text("bad") == "well"
            assert f"bad: the process {why} and was ended; starting it again" in world.lines

    play(scenario)


def test_an_event_that_never_ends_is_ended_too(play):
    async def scenario(world):
        await world.deploy("bad", BAD, cpu_ms=300)
        await world.runtime.crons.fire("bad", "* * * * *", datetime.now(UTC))
        assert f"bad: the schedule * * * * * failed: the process {CPU} and was ended" in world.lines
        assert await world.text("bad") == "well"

    play(scenario)


def test_a_crowd_of_requests_each_within_the_limit_is_let_alone(play):
    async def scenario(world):
        code = """
        export default { fetch() {
          let count = 0;
          for (let i = 0; i < 2e7; i++) count += i % 7;
          return new Response(String(count));
        } };"""
        await world.deploy("busy", code, cpu_ms=300)
        # Together many times what one of them may take, and the first answer comes with the last.
        assert await asyncio.gather(*(world.text("busy") for _ in range(25))) == ["59999997"] * 25
        assert not world.lines

    play(scenario)


def test_more_memory_than_the_watchdog_would_see_in_time_is_refused_by_the_kernel(play):
    async def scenario(world):
        code = """
        export default { fetch() {
          try {
            return new Response(new Uint8Array(2 ** 31));
          } catch (error) {
            return new Response(error);
          }
        } };"""
        await world.deploy("greedy", code)
        assert await world.text("greedy") == "RangeError: Array buffer allocation failed"

    play(scenario)


def test_a_worker_that_throws_at_its_start_is_not_started_for_every_request(play):
    async def scenario(world):
        async with neighbour(world):
            world.versions["bad"] = world.version("bad", THROWS)
            for _ in range(40):
                async with world.request("GET", "bad") as answer:
                    assert answer.status == 500
                    assert await answer.text() == (
                        "error code: 1101\nThe Worker bad does not start: Uncaught Error: no at index.js:1:7\n"
                    )
            starts = world.lines.count("bad: does not start: Uncaught Error: no at index.js:1:7")
            assert 1 < starts < 40
            await world.deploy("bad", HELLO)
            assert await world.text("bad") == "hello"

    play(scenario)


def test_a_statement_that_never_ends_does_not_stop_the_store_for_ever(tools, tmp_path):
    async def scenario():
        lines: list[str] = []
        folder = Folder(tmp_path)
        folder.open()
        store = Store(
            data=tmp_path,
            workerd=tools.workerd,
            simulators=tools.simulators,
            folder=folder,
            log=lines.append,
            limits=Limits(cpu=0.3),
        )
        await store.start()
        try:
            endless = (
                b'{"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"}'
            )
            with pytest.raises(StoreUnavailable, match=r"^the store ended before it answered$"):
                await query(store, endless)
            assert await query(store, b'{"sql": "SELECT 1"}') == 200
            assert lines == [
                "store: the process used more than its 300 ms of CPU time and was ended; starting it again"
            ]
        finally:
            await store.stop()
            folder.remove()

    asyncio.run(scenario())


async def query(store: Store, body: bytes) -> int:
    database = "12345678-1234-4234-8234-123456789abc"
    path = "/query?resultsFormat=ARRAY_OF_OBJECTS"
    async with await store.fetch("d1", database, "POST", path, body=body) as reply:
        await reply.read()
        return reply.status
