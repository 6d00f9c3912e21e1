"""The deploys of a running server: workers that take jobs, and everything else that reaches the platform."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, select

from aerostack_server import ids
from aerostack_server.database import Database, tables
from aerostack_server.deploys import deployments, engine, jobs, resources
from aerostack_server.deploys.artifacts import Artifacts
from aerostack_server.deploys.deployments import SETTLED, Deployment
from aerostack_server.deploys.engine import Engine, Place
from aerostack_server.deploys.jobs import Lease
from aerostack_server.identity.vault import Vault
from aerostack_server.log import say_failure
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import unavailable
from aerostack_server.projects.environments import Environment, label

T = TypeVar("T")

#: Jobs of other replicas, and those that wait for their time, are looked for so often (seconds).
_LOOK = 1.0
#: With more than this many waiting, new ones are turned away.
MOST_WAITING = 1000
#: Seconds that a request waits for its deployment, or for a change of it.
PATIENCE = 25.0


class Deploys:
    """``start`` and ``stop`` with the server."""

    def __init__(
        self,
        database: Database,
        platform: Platform,
        artifacts: Artifacts,
        vault: Vault,
        *,
        workers: int,
        account_host: Callable[[str, str, str], str],
    ) -> None:
        self.platform = platform
        self.artifacts = artifacts
        self._database = database
        self._engine = Engine(database, platform, artifacts, vault)
        self._owner = ids.new("own")
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers + 4, thread_name_prefix="platform")
        self._wake = asyncio.Event()
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._host = account_host

    async def start(self) -> None:
        """Begin to take jobs."""
        if self._database.is_sqlite:
            # Nobody else can be at work on this file.
            await self._database.write(jobs.release_all)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]

    async def stop(self) -> None:
        """End. What is under way is taken up again by the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        self.platform.close()

    async def on_platform(self, work: Callable[[], T]) -> T:
        """Run something that calls the platform. Raises ``RemoteError``."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def url(self, project_slug: str, environment: str, account_slug: str) -> str:
        """Where an environment answers."""
        return self._host(label(project_slug, environment), account_slug, self.platform.domain)

    async def admit(self) -> None:
        """Raise ``Problem`` when too much is waiting already."""
        waiting = await self._database.read(deployments.waiting)
        if waiting >= MOST_WAITING:
            raise unavailable(f"{waiting} deployments are waiting", retry_after=max(5.0, self.platform.delay()))

    def wake(self) -> None:
        """There is a job."""
        self._wake.set()

    async def settled(self, environment: Environment, deployment: Deployment, seconds: float) -> Deployment:
        """The deployment once it has come to an end, or as it is after ``seconds``."""
        deadline = time.monotonic() + seconds
        while deployment.status not in SETTLED and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with self._changed:
                    # Another replica may be at it: its changes are seen by looking.
                    await asyncio.wait_for(self._changed.wait(), min(left, _LOOK))
            deployment = await self._again(environment, deployment.id)
        return deployment

    async def _again(self, environment: Environment, reference: str) -> Deployment:
        return await self._database.read(lambda connection: deployments.find(connection, environment, reference))

    async def project_changed(self, project_id: str) -> None:
        """Let the platform know who may call a project's Workers."""
        for where in await self._places(project_id):
            if where.live_id is not None:
                await self.on_platform(functools.partial(self._engine.write_route, where))

    async def forget_project(self, project_id: str) -> None:
        """Remove everything of a project from the platform."""
        for where in await self._places(project_id):
            await self.forget(where)

    async def forget_environment(self, environment_id: str) -> None:
        """Remove everything of an environment from the platform."""
        where = await self._database.read(lambda connection: engine.place(connection, environment_id))
        if where is not None:
            await self.forget(where)

    async def forget(self, where: Place) -> None:
        """The Worker first: afterwards nobody uses the rest."""
        known = await self._database.read(lambda connection: resources.listed(connection, where.environment_id))

        def work() -> None:
            self._engine.remove(where)
            for resource in known:
                resources.remove(self.platform, resource)

        await self.on_platform(work)

    async def allow_key(self, digest: str, account: str, project: str | None, expires_at: int | None) -> None:
        """Let a key open private projects."""
        value = json.dumps({"account": account, "project": project, "expires": expires_at}).encode()
        await self.on_platform(lambda: self.platform.account.kv.put(self.platform.routes, f"key/{digest}", value))

    async def deny_key(self, digest: str) -> None:
        """Let it open nothing any more."""
        await self.on_platform(lambda: self.platform.account.kv.delete_key(self.platform.routes, f"key/{digest}"))

    async def _places(self, project_id: str) -> list[Place]:
        def work(connection: Connection) -> list[Place]:
            wanted = select(tables.environments.c.id).where(tables.environments.c.project_id == project_id)
            found = [engine.place(connection, row.id) for row in connection.execute(wanted).all()]
            return [where for where in found if where is not None]

        return await self._database.read(work)

    async def _work(self) -> None:
        while True:
            try:
                lease = None
                # What the platform will not take now stays queued, for the next replica or minute.
                if self.platform.delay() < _LOOK:
                    lease = await self._database.write(lambda connection: jobs.take(connection, self._owner))
                if lease is None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), _LOOK)
                    self._wake.clear()
                    continue
                self._wake.set()  # there may be another one, for a colleague
                await self._held(lease)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # A worker that ends here would end all deploys; the lease runs out, and the job is tried again.
                say_failure(error)
                await asyncio.sleep(_LOOK)

    async def _held(self, lease: Lease) -> None:
        """Carry a job out, and renew its lease meanwhile."""
        renewing = asyncio.create_task(self._renew(lease))
        try:
            await self.on_platform(lambda: self._engine.carry_out(lease))
        finally:
            renewing.cancel()
            async with self._changed:
                self._changed.notify_all()

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(jobs.RENEWAL)
            await self._database.write(lambda connection: jobs.renew(connection, lease))


def address(scheme: str) -> Callable[[str, str, str], str]:
    """How the parts of a host make a URL."""
    return lambda label, account, domain: f"{scheme}://{label}.{account}.{domain}"
