"""What calls Workers beside requests: the runtime is told what the state says."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

from aerostack_edge.runtime import Runtime
from aerostack_edge.state import consumers, resources, triggers
from aerostack_edge.state.consumers import Consumer
from aerostack_edge.state.database import Database
from aerostack_edge.state.resources import Resource
from aerostack_edge.state.triggers import Trigger


class Events:
    """Queues with their consumers, and schedules. The state is written first, then this is refreshed."""

    def __init__(self, database: Database, runtime: Runtime, log: Callable[[str], None]) -> None:
        self._database = database
        self._runtime = runtime
        self._log = log
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Make the runtime know what the state knows now."""

        def query(connection: sqlite3.Connection) -> tuple[list[Resource], list[Consumer], list[Trigger]]:
            return (
                resources.listed(connection, "queue"),
                consumers.listed(connection),
                triggers.listed(connection, "schedule"),
            )

        # One reads and tells after the other, else an older state could be told last.
        async with self._lock:
            queues, consuming, schedules = await self._database.read(query)
            await self._queues(queues, {consumer.queue: consumer for consumer in consuming})
            self._schedules(schedules)

    def _schedules(self, schedules: list[Trigger]) -> None:
        crons: dict[str, list[str]] = {script: [] for script in self._runtime.crons.scripts()}
        for schedule in schedules:
            crons.setdefault(schedule.script, []).append(schedule.key)
        for script, wanted in crons.items():
            try:
                self._runtime.schedules(script, wanted)
            except ValueError as error:
                # Written by a release that did not read them.
                self._log(f"{script}: its schedules are not followed: {error}")

    async def _queues(self, queues: list[Resource], consuming: dict[str, Consumer]) -> None:
        broker = self._runtime.queues
        for gone in broker.ids() - {queue.id for queue in queues}:
            await broker.delete(gone)
        for queue in queues:
            settings = queue.options["settings"]
            await broker.create(
                queue.id,
                queue.name,
                delay=settings["delivery_delay"],
                paused=settings["delivery_paused"],
                retention=settings["message_retention_period"],
            )
            consumer = consuming.get(queue.id)
            if consumer is None:
                await broker.remove_consumer(queue.id)
            else:
                await broker.set_consumer(
                    queue.id, consumer.script, consumer.settings, dead_letter_queue=consumer.dead_letter_queue
                )
