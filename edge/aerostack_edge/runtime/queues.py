"""Queues: messages kept until a consumer has had them.

Which queues and consumers there are is the caller's to know, and to say again after a restart; messages are kept here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from aerostack_edge.model import StartupError
from aerostack_edge.runtime import consumer as consumers
from aerostack_edge.runtime.consumer import Consumer
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.messages import Depth, Message, Messages, Taken

# How long messages wait for a script that is missing or does not start.
_ABSENT_SECONDS = 5.0
# Four days, as Cloudflare does.
_RETENTION_SECONDS = 345_600.0


@dataclass(slots=True, eq=False)
class _Queue:
    id: str
    name: str
    delay: float = 0.0
    paused: bool = False
    retention: float = _RETENTION_SECONDS
    consumer: Consumer | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    delivery: asyncio.Task[None] | None = None


class Queues:
    """Takes messages and delivers them in batches, one at a time for each queue. A message may come more than once.

    ``deliver`` sends an order to a script.
    """

    def __init__(
        self, path: Path, *, deliver: Callable[[str, str, bytes], Awaitable[bytes]], log: Callable[[str], None]
    ) -> None:
        self._messages = Messages(path)
        self._deliver = deliver
        self._log = log
        self._queues: dict[str, _Queue] = {}

    async def open(self) -> None:
        """Open what is kept."""
        await self._messages.open()

    async def close(self) -> None:
        """Stop delivering."""
        await asyncio.gather(*(self._pause(queue) for queue in self._queues.values()))
        await self._messages.close()

    async def create(
        self,
        id: str,
        name: str,
        *,
        delay: float = 0.0,
        paused: bool = False,
        retention: float = _RETENTION_SECONDS,
    ) -> None:
        """Make a queue known, or change it: ``delay`` is how many seconds its messages wait, ``paused`` keeps them.

        After ``retention`` seconds nobody gets a message any more.
        """
        queue = self._queues.setdefault(id, _Queue(id, name))
        queue.name, queue.delay, queue.paused, queue.retention = name, delay, paused, retention
        queue.changed.set()

    async def delete(self, id: str) -> None:
        """Forget a queue and its messages. Fine when there is none."""
        queue = self._queues.pop(id, None)
        if queue is not None:
            await self._pause(queue)
        await self._messages.clear(id)

    async def set_consumer(
        self, id: str, script: str, settings: Mapping[str, Any], *, dead_letter_queue: str = ""
    ) -> None:
        """Have a script get the messages; ``settings`` as in Cloudflare's API. Raises ``KeyError``: no such queue."""
        queue = self._queues[id]
        consumer = Consumer.of(script, settings, dead_letter_queue)
        if consumer == queue.consumer:
            return
        await self._pause(queue)
        queue.consumer = consumer
        queue.delivery = asyncio.create_task(self._work(queue, consumer))

    async def remove_consumer(self, id: str) -> None:
        """Keep messages from now on. Fine when there is no consumer, or no queue."""
        queue = self._queues.get(id)
        if queue is not None:
            await self._pause(queue)
            queue.consumer = None

    async def depth(self, id: str) -> Depth:
        """What waits in a queue, with what is under delivery."""
        return await self._messages.depth(id)

    async def send(self, id: str, messages: Sequence[Message]) -> Depth:
        """Take messages: they are on disk when this returns. Raises ``KeyError`` for no such queue."""
        queue = self._queues[id]
        now = _now()
        timed = [
            (message, now + round(1000 * (queue.delay if message.delay is None else message.delay)))
            for message in messages
        ]
        await self._expire(queue, now)
        await self._messages.put(id, timed, now)
        queue.changed.set()
        return await self._messages.depth(id)

    async def purge(self, id: str) -> None:
        """Delete the messages of a queue; what a consumer has just got it keeps."""
        await self._messages.clear(id)

    def ids(self) -> set[str]:
        """Of all queues."""
        return set(self._queues)

    def named(self, name: str) -> str | None:
        """The id of a queue."""
        return next((queue.id for queue in self._queues.values() if queue.name == name), None)

    async def _pause(self, queue: _Queue) -> None:
        if queue.delivery is not None:
            queue.delivery.cancel()
            await asyncio.gather(queue.delivery, return_exceptions=True)
            queue.delivery = None

    async def _work(self, queue: _Queue, consumer: Consumer) -> None:
        while True:
            try:
                await self._step(queue, consumer)
            except sqlite3.Error as error:
                self._log(f"queue {queue.name}: messages cannot be read or written: {error}")
                await asyncio.sleep(_ABSENT_SECONDS)

    async def _step(self, queue: _Queue, consumer: Consumer) -> None:
        queue.changed.clear()
        wait = await self._wait(queue, consumer)
        if wait is None or wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(queue.changed.wait(), wait)
            return
        batch = await self._messages.take(queue.id, consumer.batch_size, _now())
        if batch:
            await self._hand_over(queue, consumer, batch)

    async def _wait(self, queue: _Queue, consumer: Consumer) -> float | None:
        """Seconds until there is a batch; ``None`` while something must change first."""
        if queue.paused:
            return None
        now = _now()
        await self._expire(queue, now)
        agenda = await self._messages.agenda(queue.id, now)
        if agenda.ready >= consumer.batch_size:
            return 0
        if agenda.since is not None:
            return max(0, agenda.since + consumer.max_wait_time_ms - now) / 1000
        return None if agenda.next is None else (agenda.next - now) / 1000

    async def _expire(self, queue: _Queue, now: int) -> None:
        gone = await self._messages.expire(queue.id, now - round(1000 * queue.retention))
        if gone:
            self._log(f"queue {queue.name}: {gone} messages were given up after {queue.retention:g} seconds")

    async def _hand_over(self, queue: _Queue, consumer: Consumer, batch: Sequence[Taken]) -> None:
        try:
            said = json.loads(await self._deliver(consumer.script, "/queue", consumers.order(queue.name, batch)))
        except (UnknownScript, StartupError, aiohttp.ClientConnectorError) as error:
            why = "there is no such Worker" if isinstance(error, UnknownScript) else str(error)
            self._log(f"queue {queue.name}: {len(batch)} messages wait for {consumer.script}: {why}")
            later = _now() + round(1000 * _ABSENT_SECONDS)
            await self._messages.delay([(message.id, later) for message in batch], attempts=-1)
            return
        except (aiohttp.ClientError, TimeoutError):
            said = consumers.FAILED
        found = consumers.verdict(batch, said, consumer)
        now = _now()
        await self._messages.delete(found.done)
        await self._messages.delay([(id, now + round(1000 * delay)) for id, delay in found.retried.items()])
        if found.dead:
            await self._bury(queue, consumer, found.dead, now)

    async def _bury(self, queue: _Queue, consumer: Consumer, ids: Sequence[str], now: int) -> None:
        target = self._queues.get(self.named(consumer.dead_letter_queue) or "")
        if target is None:
            self._log(f"queue {queue.name}: {len(ids)} messages were given up after {consumer.max_retries} retries")
            await self._messages.delete(ids)
            return
        await self._messages.move(ids, target.id, now)
        target.changed.set()


def _now() -> int:
    return round(time.time() * 1000)
