"""The deploys of a running server: workers that take jobs, and everything else that reaches the platform."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, select

from aerostack_server.database import Database, tables
from aerostack_server.deploys import deployments, jobs, resources
from aerostack_server.deploys.artifacts import Artifacts
from aerostack_server.deploys.crons import Crons
from aerostack_server.deploys.deployments import SETTLED, Deployment
from aerostack_server.deploys.engine import Engine
from aerostack_server.deploys.keyring import Keyring
from aerostack_server.deploys.place import Place, place
from aerostack_server.deploys.room import Room
from aerostack_server.deploys.sealing import Sealing
from aerostack_server.deploys.workers import LOOK, Workers
from aerostack_server.identity.vault import Vault
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import too_many, unavailable
from aerostack_server.processes import Line
from aerostack_server.projects.environments import Environment, label

T = TypeVar("T")

#: With more than this many waiting, new ones are turned away.
MOST_WAITING = 1000
#: Seconds for which their number is good enough.
_COUNTED = 0.1
#: Seconds for which the platform is said to answer once it did, or not to.
_WELL, _ILL = 15.0, 1.0
#: Seconds that a request waits for its deployment, or for a change of it.
PATIENCE = 25.0
#: Seconds that a request is let wait for the platform's limit, or for what it has caused there.
_SHORT = 5.0
#: Workers that are called by their schedules at the same time.
_CALLS = 16


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
        room: Room,
        line: Line,
        account_host: Callable[[str, str, str], str],
    ) -> None:
        self.platform = platform
        self.artifacts = artifacts
        self.room = room
        self._line = line
        self._counted = -_COUNTED
        self._waiting: dict[str, int] = {}
        self._check: asyncio.Future[None] | None = None
        self._checked = 0.0
        self._database = database
        self._engine = Engine(database, platform, artifacts, vault)
        self._threads = ThreadPoolExecutor(workers + 4, thread_name_prefix="platform")
        self._changed = asyncio.Event()
        carriers = {
            jobs.DEPLOY: self._engine.carry_out,
            jobs.KEYS: Keyring(database, platform).carry_out,
            jobs.RESEAL: Sealing(database, vault).carry_out,
        }
        self._jobs = Workers(database, carriers, count=workers, delay=platform.delay, done=self._tell)
        # Of their own: a schedule takes as long as its Worker does, and no deploy should wait for it.
        self._calls = Workers(database, {jobs.CRON: Crons(database, platform).carry_out}, count=_CALLS)
        self._host = account_host

    async def start(self) -> None:
        """Begin to take jobs."""
        self._line.listen(self._look)
        self._jobs.start()
        self._calls.start()

    async def stop(self) -> None:
        """End. What is under way is taken up again by the next start."""
        await asyncio.gather(self._jobs.stop(), self._calls.stop())
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        self.platform.close()

    async def on_platform(self, work: Callable[[], T]) -> T:
        """Run something that calls the platform. Raises ``RemoteError``, and ``Problem`` while its limit is used up."""
        delay = self.platform.delay()
        if delay > _SHORT:
            raise unavailable("the platform takes no more requests for the moment", retry_after=delay)
        return await self.in_thread(work)

    async def for_account(self, account_id: str, work: Callable[[], T]) -> T:
        """As ``on_platform``, for what somebody wants to see or change now: no account takes the others' part of it."""
        async with self.platform.shares.taken(account_id):
            return await self.on_platform(work)

    async def check(self) -> None:
        """Ask the platform for something small, every now and then: anybody may want to know whether it answers.

        Raises ``AerostackError`` and ``Problem``.
        """
        if self._check is None or (self._check.done() and time.monotonic() > self._good_until()):
            self._checked = time.monotonic()
            self._check = asyncio.ensure_future(self.on_platform(self.platform.check))
        await asyncio.shield(self._check)

    def _good_until(self) -> float:
        failed = self._check is not None and (self._check.cancelled() or self._check.exception() is not None)
        return self._checked + (_ILL if failed else _WELL)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run something that takes time."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def url(self, project_slug: str, environment: str, account_slug: str) -> str:
        """Where an environment answers."""
        return self._host(label(project_slug, environment), account_slug, self.platform.domain)

    async def admit(self, account_id: str) -> int:
        """Let one more come; how many of the account wait before it.

        Raises ``Problem`` when too much is waiting already, or more of the account than it leaves to the others.
        """
        now = time.monotonic()
        if now - self._counted > _COUNTED:
            # Before the answer is there: others that come meanwhile need not ask too.
            self._counted = now
            self._waiting = await deployments.waiting(self._database)
        total, mine = sum(self._waiting.values()), self._waiting.get(account_id, 0)
        if total >= MOST_WAITING:
            raise unavailable(f"{total} deployments are waiting", retry_after=self._later)
        if mine >= MOST_WAITING - total:
            raise too_many(f"{mine} deployments of this account are waiting", retry_after=self._later)
        # Those of the same moment stand behind it.
        self._waiting[account_id] = mine + 1
        return mine

    @property
    def _later(self) -> float:
        return max(5.0, self.platform.delay())

    def wake(self) -> None:
        """There is a job."""
        self._jobs.wake()

    async def settled(self, environment: Environment, deployment: Deployment, seconds: float) -> Deployment:
        """The deployment once it has come to an end, or as it is after ``seconds``."""
        deadline = time.monotonic() + seconds
        while deployment.status not in SETTLED and (left := deadline - time.monotonic()) > 0:
            # What another replica does is seen by looking.
            changed, patience = self._changed, min(left, LOOK)
            deployment = await self._again(environment, deployment.id)
            if deployment.status not in SETTLED:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), patience)
        return deployment

    async def keys_told(self, account_id: str) -> None:
        """Wait until the platform knows the keys of the account as they are, if anything private of it is there.

        Not for long: one that does not answer is told later.
        """
        self.wake()
        deadline = time.monotonic() + _SHORT
        changed = self._changed
        while await jobs.is_there(self._database, jobs.KEYS, account_id) and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK)
            changed = self._changed

    async def _again(self, environment: Environment, reference: str) -> Deployment:
        return await self._database.read(lambda connection: deployments.find(connection, environment, reference))

    async def forget_project(self, project_id: str) -> None:
        """Remove everything of a project from the platform."""
        for where in await self._places(project_id):
            await self.forget(where)

    async def forget_environment(self, environment_id: str) -> None:
        """Remove everything of an environment from the platform."""
        where = await self._database.read(lambda connection: place(connection, environment_id))
        if where is not None:
            await self.forget(where)

    async def forget(self, where: Place) -> None:
        """The Worker first: afterwards nobody uses the rest."""
        known = await self._database.read(lambda connection: resources.listed(connection, where.environment_id))

        def work() -> None:
            resources.check_removable(self.platform, known)
            self._engine.remove(where)
            for resource in known:
                resources.remove(self.platform, resource)

        await self.on_platform(work)

    async def _places(self, project_id: str) -> list[Place]:
        def work(connection: Connection) -> list[Place]:
            wanted = select(tables.environments.c.id).where(tables.environments.c.project_id == project_id)
            found = [place(connection, row.id) for row in connection.execute(wanted).all()]
            return [where for where in found if where is not None]

        return await self._database.read(work)

    def _tell(self) -> None:
        """A job is done: whoever waits for it looks, in this process and those beside it."""
        self._look()
        self._line.ring()

    def _look(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def address(scheme: str) -> Callable[[str, str, str], str]:
    """How the parts of a host make a URL."""
    return lambda label, account, domain: f"{scheme}://{label}.{account}.{domain}"
