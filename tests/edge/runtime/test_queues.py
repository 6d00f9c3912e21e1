"""Queues: a Worker sends, a Worker gets, and nothing is lost in between."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest

from aerostack_edge.runtime.messages import Message

PRODUCER = """
export default { async fetch(request, env) {
  try {
    await send(request, env);
    return new Response("sent");
  } catch (error) { return new Response(String(error), { status: 500 }); }
} };
async function send(request, env) {
  const path = new URL(request.url).pathname;
  if (path === "/one") await env.JOBS.send({ n: 1 });
  if (path === "/many") await env.JOBS.sendBatch([
    { body: "text", contentType: "text" },
    { body: new Uint8Array([1, 2]), contentType: "bytes" },
    { body: new Map([[1, 2]]), contentType: "v8" },
    { body: { deep: [1] } },
  ]);
  if (path === "/late") await env.JOBS.send("late", { delaySeconds: 3600 });
  if (path === "/large") await env.JOBS.send("x".repeat(130000), { contentType: "text" });
  if (path === "/body") await env.JOBS.send(await request.json());
}
"""
# Tells what it got by a request to another Worker, which a test can watch.
CONSUMER = """
const shown = (body) => body instanceof Map ? ["map", ...body] : body instanceof ArrayBuffer
  ? ["bytes", ...new Uint8Array(body)] : body;
export default { async queue(batch, env) {
  const got = batch.messages.map(({ id, attempts, body }) => ({ attempts, body: shown(body) }));
  await env.SEEN.fetch("http://x/", { method: "POST", body: JSON.stringify({ queue: batch.queue, got }) });
  HOW
} };
"""
JOBS = ({"type": "queue", "name": "JOBS", "queue_name": "jobs"},)
SEEN = ({"type": "service", "name": "SEEN", "service": "seen"},)
SINK = 'export default { async fetch(request) { console.log(await request.text()); return new Response("ok"); } };'
QUICK = {"max_wait_time_ms": 0, "batch_size": 10}


class Log:
    """The batches that a consumer got, in order."""

    def __init__(self, world) -> None:
        self._world = world
        self._read = 0

    async def next(self) -> dict:
        prefix = "seen: "
        while True:
            lines = [line for line in self._world.lines if line.startswith(prefix)]
            if len(lines) > self._read:
                self._read += 1
                return json.loads(lines[self._read - 1].removeprefix(prefix))
            await asyncio.sleep(0.01)


async def prepared(world, how="", **settings) -> Log:
    await world.runtime.queues.create("1", "jobs")
    await world.deploy("seen", SINK)
    await world.deploy("producer", PRODUCER, bindings=JOBS)
    await world.deploy("consumer", CONSUMER.replace("HOW", how), bindings=SEEN)
    await world.runtime.queues.set_consumer("1", "consumer", {**QUICK, **settings})
    return Log(world)


async def emptied(world, id="1", down_to=0) -> None:
    while (await world.runtime.queues.depth(id)).count > down_to:
        await asyncio.sleep(0.01)


def test_messages_of_every_kind_arrive_in_order_and_are_done(play):
    async def scenario(world):
        log = await prepared(world, batch_size=4, max_wait_time_ms=60_000)
        assert await world.text("producer", "/many") == "sent"
        bodies = ["text", ["bytes", 1, 2], ["map", [1, 2]], {"deep": [1]}]
        got = [{"attempts": 1, "body": body} for body in bodies]
        assert await log.next() == {"queue": "jobs", "got": got}
        await emptied(world)

    play(scenario)


def test_a_batch_goes_when_it_is_full_or_has_waited(play):
    async def scenario(world):
        log = await prepared(world, batch_size=2, max_wait_time_ms=50)
        await world.runtime.queues.send("1", [Message(json.dumps(number).encode()) for number in range(5)])
        assert [len((await log.next())["got"]) for _ in range(3)] == [2, 2, 1]

    play(scenario)


def test_what_is_not_acknowledged_comes_again_and_then_is_given_up(play):
    async def scenario(world):
        log = await prepared(world, 'throw new Error("no");', max_retries=1)
        await world.text("producer", "/one")
        assert [(await log.next())["got"][0]["attempts"] for _ in range(2)] == [1, 2]
        await emptied(world)
        assert "queue jobs: 1 messages were given up after 1 retries" in world.lines

    play(scenario)


def test_each_message_has_its_own_fate(play):
    how = """
    const [first, second, third] = batch.messages;
    first.ack(); second?.retry({ delaySeconds: 3600 }); if (third) throw new Error("no");
    """

    async def scenario(world):
        log = await prepared(world, how, batch_size=3, max_wait_time_ms=100)
        await world.runtime.queues.send("1", [Message(b"1"), Message(b"2"), Message(b"3")])
        assert [item["body"] for item in (await log.next())["got"]] == [1, 2, 3]
        # The first is done, the second waits for an hour.
        assert (await log.next())["got"] == [{"attempts": 2, "body": 3}]
        while (await world.runtime.queues.depth("1")).count > 1:
            await asyncio.sleep(0.01)

    play(scenario)


def test_a_batch_may_be_retried_or_acknowledged_as_one(play):
    async def scenario(world):
        how = "if (batch.messages[0].attempts === 1) batch.retryAll(); else { batch.ackAll(); throw new Error(); }"
        log = await prepared(world, how)
        await world.runtime.queues.send("1", [Message(b"1"), Message(b"2")])
        assert [[item["attempts"] for item in (await log.next())["got"]] for _ in range(2)] == [[1, 1], [2, 2]]
        await emptied(world)

    play(scenario)


def test_messages_that_fail_too_often_move_to_the_dead_letter_queue(play):
    async def scenario(world):
        log = await prepared(world, 'if (batch.queue === "jobs") throw new Error("no");')
        await world.runtime.queues.create("2", "dead")
        await world.runtime.queues.set_consumer("1", "consumer", {**QUICK, "max_retries": 0}, dead_letter_queue="dead")
        await world.runtime.queues.set_consumer("2", "consumer", QUICK)
        await world.text("producer", "/one")
        assert [(await log.next())["queue"] for _ in range(2)] == ["jobs", "dead"]
        await emptied(world)
        await emptied(world, "2")

    play(scenario)


def test_a_delay_is_kept(play):
    async def scenario(world):
        log = await prepared(world)
        await world.text("producer", "/late")
        await world.text("producer", "/one")
        assert (await log.next())["got"] == [{"attempts": 1, "body": {"n": 1}}]
        await emptied(world, down_to=1)
        await world.runtime.queues.create("1", "jobs", delay=3600)
        await world.text("producer", "/one")
        assert (await world.runtime.queues.depth("1")).count == 2
        await world.runtime.queues.send("1", [Message(b"0", delay=0)])
        assert (await log.next())["got"] == [{"attempts": 1, "body": 0}]

    play(scenario)


def test_a_paused_queue_keeps_its_messages(play):
    async def scenario(world):
        log = await prepared(world)
        await world.runtime.queues.create("1", "jobs", paused=True)
        await world.text("producer", "/one")
        await world.runtime.queues.create("2", "other")
        await world.runtime.queues.set_consumer("2", "consumer", QUICK)
        await world.runtime.queues.send("2", [Message(b"1")])
        assert (await log.next())["queue"] == "other"
        await world.runtime.queues.create("1", "jobs")
        assert (await log.next())["queue"] == "jobs"

    play(scenario)


def test_messages_survive_a_restart(world):
    async def scenario():
        async with world().running() as first:
            await prepared(first)
            await first.runtime.queues.remove_consumer("1")
            await first.text("producer", "/one")
        async with world().running() as second:
            second.versions = first.versions
            await second.runtime.queues.create("1", "jobs")
            assert (await second.runtime.queues.depth("1")).count == 1
            await second.runtime.queues.set_consumer("1", "consumer", QUICK)
            assert (await Log(second).next())["got"] == [{"attempts": 1, "body": {"n": 1}}]
            await emptied(second)

    asyncio.run(scenario())


def test_a_consumer_that_is_killed_over_a_message_gets_it_again(play, workerds):
    async def scenario(world):
        before = set(workerds())
        log = await prepared(world, "if (batch.messages[0].attempts === 1) await scheduler.wait(60_000);")
        await world.text("producer", "/one")
        assert (await log.next())["got"][0]["attempts"] == 1
        # Of the three scripts the consumer started last.
        os.kill(max(workerds() - before), signal.SIGKILL)
        assert (await log.next())["got"][0]["attempts"] == 2
        await emptied(world)

    play(scenario)


def test_messages_wait_for_a_consumer_that_is_not_there(play):
    async def scenario(world):
        await prepared(world)
        await world.runtime.queues.set_consumer("1", "absent", QUICK)
        await world.text("producer", "/one")
        while "queue jobs: 1 messages wait for absent: there is no such Worker" not in world.lines:
            await asyncio.sleep(0.01)
        await world.runtime.queues.set_consumer("1", "consumer", QUICK)
        assert (await world.runtime.queues.depth("1")).count == 1

    play(scenario)


@pytest.mark.parametrize(("path", "said"), [("/large", "400"), ("/one", "404")])
def test_what_cannot_be_sent_fails_in_the_worker(play, path, said):
    async def scenario(world):
        await world.deploy("producer", PRODUCER, bindings=JOBS)
        if said == "400":
            await world.runtime.queues.create("1", "jobs")
        async with world.request("GET", "producer", path) as answer:
            text = await answer.text()
            assert (answer.status, text.startswith("Error: Queue send failed")) == (500, True), text

    play(scenario)


def test_a_deleted_queue_has_no_messages(play):
    async def scenario(world):
        await world.runtime.queues.create("1", "jobs")
        await world.runtime.queues.send("1", [Message(b"1")])
        await world.runtime.queues.delete("1")
        await world.runtime.queues.create("1", "jobs")
        assert (await world.runtime.queues.depth("1")).count == 0
        await world.runtime.queues.delete("nobody")

    play(scenario)


def test_old_workers_send_what_they_like(play):
    async def scenario(world):
        log = await prepared(world)
        await world.deploy(
            "producer", PRODUCER.replace("{ n: 1 }", "new Map([[3, 4]])"), bindings=JOBS, date="2023-01-01"
        )
        await world.text("producer", "/one")
        assert (await log.next())["got"] == [{"attempts": 1, "body": ["map", [3, 4]]}]

    play(scenario)


def test_what_is_older_than_the_retention_of_its_queue_is_gone(play):
    async def scenario(world):
        await world.runtime.queues.create("1", "jobs", retention=0.05)
        await world.runtime.queues.send("1", [Message(b"1"), Message(b"2")])
        await asyncio.sleep(0.06)
        depth = await world.runtime.queues.send("1", [Message(b"3")])
        assert depth.count == 1
        assert "queue jobs: 2 messages were given up after 0.05 seconds" in world.lines

    play(scenario)


def test_a_batch_without_end_is_not_read_to_its_end(play):
    endless = """
    export default { async fetch(request, env) {
      try { await env.JOBS.sendBatch([{ body: "x".repeat(9_000_000), contentType: "text" }]); } catch (error) {
        return new Response(String(error));
      }
    } };
    """

    async def scenario(world):
        await world.runtime.queues.create("1", "jobs")
        await world.deploy("producer", endless, bindings=JOBS)
        assert "A batch has at most 256000 bytes" in await world.text("producer")
        assert (await world.runtime.queues.depth("1")).count == 0

    play(scenario)
