"""A script: the instance that is live, how it comes to life, is replaced, and comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aerostack_edge.model import ScriptVersion, StartupError
from aerostack_edge.runtime.backoff import Backoff
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.instance import Instance


class Script:
    """At most one instance is live. It starts with the first request, and again when its process ends by itself."""

    def __init__(
        self,
        name: str,
        *,
        start: Callable[[ScriptVersion], Awaitable[Instance]],
        live: Callable[[str], Awaitable[ScriptVersion | None]],
        log: Callable[[str], None],
    ) -> None:
        self.name = name
        self._start = start
        self._live = live
        self._log = log
        self._current: Instance | None = None
        # The current one and those that drain.
        self._instances: set[Instance] = set()
        self._lock = asyncio.Lock()
        self._backoff = Backoff()
        self._not_before = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ready(self) -> Instance:
        """The live instance, started if need be. Raises ``UnknownScript`` and ``StartupError``."""
        if self._current is not None and self._current.alive:
            return self._current
        async with self._lock:
            if self._current is not None and self._current.alive:
                return self._current
            version = await self._live(self.name)
            if version is None:
                raise UnknownScript(self.name)
            await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
            instance = await self._start(version)
            self._switch(instance)
            return instance

    async def launch(self, version: ScriptVersion) -> None:
        """Start ``version`` and make it live; the one before it drains in the background.

        Raises ``StartupError``; nothing has changed then.
        """
        async with self._lock:
            instance = await self._start(version)
            self._backoff = Backoff()
            self._not_before = 0.0
            self._switch(instance)

    async def stop(self, grace: float) -> None:
        """End every process of the script, drained or not."""
        async with self._lock:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._current = None
            await asyncio.gather(*(instance.stop(grace) for instance in self._instances))
            self._instances.clear()

    def _switch(self, instance: Instance) -> None:
        # No await between the two: a request sees the one or the other.
        old, self._current = self._current, instance
        self._instances.add(instance)
        if old is not None:
            self._background(self._drain(old))
        self._background(self._watch(instance))

    def _background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, instance: Instance) -> None:
        await instance.process.ended.wait()
        if self._current is not instance:
            return
        lived = time.monotonic() - instance.process.started
        self._not_before = time.monotonic() + self._backoff.ended(lived)
        self._log(f"{self.name}: the process ended with status {instance.process.status}; starting it again")
        try:
            await self.ready()
        except (UnknownScript, StartupError) as error:
            self._log(f"{self.name}: not started again: {error}")

    async def _drain(self, instance: Instance) -> None:
        await instance.drain()
        self._instances.discard(instance)
