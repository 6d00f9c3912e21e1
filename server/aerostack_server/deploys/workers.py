"""Take jobs as they become due, and carry several out at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from aerostack_server import ids
from aerostack_server.database import Database
from aerostack_server.deploys import jobs
from aerostack_server.deploys.jobs import Lease
from aerostack_server.log import say_failure

#: Jobs of other replicas, and those that wait for their time, are looked for so often (seconds).
LOOK = 1.0


class Workers:
    """``carriers`` holds, by kind of job, what carries it out, in a thread.

    ``delay`` says how many seconds it makes no sense to begin anything; ``done`` is called after each job.
    """

    def __init__(
        self,
        database: Database,
        carriers: Mapping[str, Callable[[Lease], None]],
        *,
        count: int,
        delay: Callable[[], float] = lambda: 0.0,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._carriers = dict(carriers)
        self._free = asyncio.Semaphore(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="job")
        self._delay = delay
        self._done = done
        self._owner = ids.new("own")
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin."""
        self._keep(self._forever())

    async def stop(self) -> None:
        """End, after what runs in a thread; what else is under way is taken up again by the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, wait=True)

    def wake(self) -> None:
        """There may be a job."""
        self._wake.set()

    async def _forever(self) -> None:
        while True:
            await self._free.acquire()
            self._keep(self._held(await self._taken()))

    async def _taken(self) -> Lease:
        while True:
            self._wake.clear()
            try:
                # What the platform will not take now stays queued, for another replica or the next minute.
                if self._delay() < LOOK and await jobs.any_due(self._database, self._carriers):
                    lease = await self._database.write(
                        lambda connection: jobs.take(connection, self._owner, self._carriers)
                    )
                    if lease is not None:
                        return lease
            except Exception as error:
                # Whoever takes jobs must not end: a database that is away for a while comes back.
                say_failure(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK)

    async def _held(self, lease: Lease) -> None:
        """Carry a job out, and renew its lease meanwhile."""
        renewing = asyncio.create_task(self._renew(lease))
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._carriers[lease.kind], lease)
        except Exception as error:
            # The lease runs out, and the job is tried again.
            say_failure(error)
        finally:
            renewing.cancel()
            self._free.release()
            self._done()

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(jobs.RENEWAL)
            await self._database.write(lambda connection: jobs.renew(connection, lease))

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
