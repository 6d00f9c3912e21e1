"""A script: the instances that are live, how they come to life, are replaced, and come back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from aerostack_edge.model import ScriptVersion, StartupError
from aerostack_edge.runtime.backoff import Backoff
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.instance import Instance
from aerostack_edge.runtime.traffic import Share, Split, Traffic, Wish

_STOP_SECONDS = 2.0
_ANY = Wish()


class Script:
    """One process for each live version. They start with the first request, and again when one ends by itself.

    When nobody has asked for ``rest`` seconds they end, and start with the next request; Durable Objects may have
    alarms set, and stay.

    A version with Durable Objects starts only when the process of the one before has ended, since an object lives in
    one process at a time. Requests wait meanwhile. That it starts at all was tried before, with objects in memory.
    """

    def __init__(
        self,
        name: str,
        *,
        start: Callable[[ScriptVersion], Awaitable[Instance]],
        rehearse: Callable[[ScriptVersion], Awaitable[None]],
        live: Callable[[str], Awaitable[Split]],
        log: Callable[[str], None],
        rest: float,
    ) -> None:
        self.name = name
        self._rest_after = rest
        self._start = start
        self._rehearse = rehearse
        self._live = live
        self._log = log
        self._traffic: Traffic | None = None
        # The current ones and those that drain.
        self._instances: set[Instance] = set()
        self._lock = asyncio.Lock()
        self._backoff = Backoff()
        self._not_before = 0.0
        # Why it did not start last time.
        self._failure: StartupError | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def ready(self, wish: Wish = _ANY) -> Instance:
        """The live instance for a request, started if need be. Raises ``UnknownScript`` and ``StartupError``."""
        if self._traffic is not None and (chosen := self._traffic.choose(wish)).alive:
            return chosen
        async with self._lock:
            if self._traffic is not None and (chosen := self._traffic.choose(wish)).alive:
                return chosen
            split = await self._live(self.name)
            if not split:
                raise UnknownScript(self.name)
            return (await self._again(split)).choose(wish)

    async def launch(self, split: Split, *, fresh: bool) -> None:
        """Make the versions live; what was live before and is no more drains in the background.

        A version that runs already goes on, unless ``fresh``. Raises ``StartupError``; nothing has changed then.
        """
        async with self._lock:
            for version, _ in split:
                if version.objects:
                    # Those that are live end before it starts: whether it does must be known before.
                    await self._rehearse(version)
            await self._run(split, fresh=fresh)
            self._backoff = Backoff()
            self._not_before = 0.0
            self._failure = None

    async def watch(self, on: bool) -> None:
        """Have its processes send what the Worker does to the tails, or no longer."""
        async with self._lock:
            for share in self._traffic.shares if self._traffic else ():
                await share.instance.watch(on)

    async def stop(self, grace: float) -> None:
        """End every process of the script, drained or not."""
        async with self._lock:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._traffic = None
            await asyncio.gather(*(instance.stop(grace) for instance in self._instances))
            self._instances.clear()

    async def _again(self, split: Split) -> Traffic:
        """Start what is live, not too often. After an end one waits; after a start that failed that is known already.

        Raises ``StartupError``.
        """
        wait = self._not_before - time.monotonic()
        if wait > 0 and self._failure is not None:
            raise self._failure.with_traceback(None)
        await asyncio.sleep(max(0.0, wait))
        try:
            traffic = await self._run(split)
        except StartupError as error:
            self._failure = error
            self._not_before = time.monotonic() + self._backoff.ended(0)
            self._log(f"{self.name}: does not start: {error}")
            raise
        self._failure = None
        return traffic

    async def _run(self, split: Split, *, fresh: bool = False) -> Traffic:
        running = {} if fresh or self._traffic is None else self._traffic.running(split)
        missing = [version for version, _ in split if version.id not in running]
        await self._make_room(missing)
        started = await self._all(missing)
        failed = [result for result in started if isinstance(result, BaseException)]
        for instance in started:
            if not isinstance(instance, BaseException):
                if failed:
                    await instance.stop(_STOP_SECONDS)
                running[instance.version.id] = instance
        if failed:
            raise failed[0]
        traffic = Traffic([Share(running[version.id], percentage) for version, percentage in split])
        self._switch(traffic)
        return traffic

    async def _make_room(self, missing: list[ScriptVersion]) -> None:
        """End what has the Durable Objects of those that are to start."""
        holding = [instance for instance in self._instances if instance.alive and instance.version.objects]
        if not holding or not any(version.objects for version in missing):
            return
        # Whoever asks now waits for the lock that we hold, and if we fail starts what the state says is live.
        self._traffic = None
        await asyncio.gather(*(instance.drain() for instance in holding))
        self._instances.difference_update(holding)

    async def _all(self, versions: list[ScriptVersion]) -> list[Instance | BaseException]:
        starting = [asyncio.ensure_future(self._start(version)) for version in versions]
        try:
            # In contrast to gather() this leaves them to us when who waits for it goes away.
            if starting:
                await asyncio.wait(starting)
        except asyncio.CancelledError:
            for task in starting:
                task.cancel()
            for instance in await asyncio.gather(*starting, return_exceptions=True):
                if not isinstance(instance, BaseException):
                    await instance.stop(_STOP_SECONDS)
            raise
        return await asyncio.gather(*starting, return_exceptions=True)

    def _switch(self, traffic: Traffic) -> None:
        # No await between the two: a request sees the one or the other.
        old, self._traffic = self._traffic, traffic
        for share in old.shares if old else ():
            if not traffic.has(share.instance):
                self._background(self._drain(share.instance))
        for share in traffic.shares:
            if share.instance not in self._instances:
                self._instances.add(share.instance)
                self._background(self._watch(share.instance))
                if not share.instance.version.objects:
                    self._background(self._rest(share.instance))

    def _background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, instance: Instance) -> None:
        await instance.process.ended.wait()
        if self._traffic is None or not self._traffic.has(instance):
            return
        lived = time.monotonic() - instance.process.started
        self._not_before = time.monotonic() + self._backoff.ended(lived)
        self._log(f"{self.name}: the process {instance.process.why}; starting it again")
        # Who asks next is told why if it fails.
        with contextlib.suppress(UnknownScript, StartupError):
            await self.ready(Wish(version=instance.version.id))

    async def _rest(self, instance: Instance) -> None:
        while not await instance.process.gone(max(self._rest_after - instance.rested, self._rest_after / 10)):
            async with self._lock:
                traffic = self._traffic
                if traffic is None or not traffic.has(instance):
                    return
                if all(share.instance.rested >= self._rest_after for share in traffic.shares):
                    # Whoever asks from now on starts others, beside these.
                    self._traffic = None
                    for share in traffic.shares:
                        self._background(self._drain(share.instance))
                    return

    async def _drain(self, instance: Instance) -> None:
        await instance.drain()
        self._instances.discard(instance)
