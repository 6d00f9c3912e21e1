"""The runtime as the rest of the edge sees it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp
from aiohttp import web

from aerostack_edge.model import ScriptVersion, Startup, StartupError
from aerostack_edge.runtime import answers
from aerostack_edge.runtime.desk import Desk
from aerostack_edge.runtime.dispatch import Dispatcher
from aerostack_edge.runtime.door import Door
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.instance import Instance, Launcher
from aerostack_edge.runtime.neighbours import Neighbours
from aerostack_edge.runtime.objects import Objects
from aerostack_edge.runtime.producer import Producer
from aerostack_edge.runtime.proxy import forward
from aerostack_edge.runtime.queues import Queues
from aerostack_edge.runtime.schedules import Schedules
from aerostack_edge.runtime.script import Script
from aerostack_edge.runtime.store import Store
from aerostack_edge.runtime.tails import Item, Tails
from aerostack_edge.runtime.traffic import Split, Wish
from aerostack_edge.runtime.wire import ConnectionLost, nobody_listens

_STOP_SECONDS = 2.0
_TRIES = 3
_GONE_SECONDS = 1.0
#: So long a script stays that nobody asks for.
_REST_SECONDS = 900.0
_FILES = 10_240


class Runtime:
    """One workerd for the store and one for each script in use, all children of this process.

    ``data`` is the folder that survives; ``live`` reads the live versions of a script from the state with their
    percentages, none when there is no such script; ``log`` gets a line at a time, with the name of the script in front.
    A script that nobody has asked for ``rest`` seconds ends until somebody does.
    """

    def __init__(
        self,
        *,
        data: Path,
        workerd: Path,
        simulators: Path,
        live: Callable[[str], Awaitable[Split]],
        log: Callable[[str], None],
        rest: float = _REST_SECONDS,
    ) -> None:
        self._rest = rest
        self._live = live
        self._log = log
        self._folder = Folder(data)
        self._scripts: dict[str, Script] = {}
        self._doors: dict[str, Door] = {}
        self._waking: set[asyncio.Task[None]] = set()
        self._tails = Tails()
        self.queues = Queues(data / "queues.sqlite", deliver=self._deliver, log=log)
        self.crons = Schedules(deliver=self._deliver, log=log)
        dispatcher = Dispatcher(lambda script, request: self._answer(script, request, inside=True))
        self._desks = {
            "tails": Desk(self._tails.receive),
            "queues": Desk(Producer(self.queues).receive),
            "dispatch": Desk(dispatcher.receive),
        }
        self.store = Store(data=data, workerd=workerd, simulators=simulators, folder=self._folder, log=log)
        self.objects = Objects(data / "durable")
        self._launcher = Launcher(
            workerd=workerd,
            simulators=simulators,
            folder=self._folder,
            near=Neighbours(
                store=self.store.socket,
                queues=self._folder.socket("queues"),
                dispatch=self._folder.socket("dispatch"),
                tails=self._folder.socket("tails"),
                door=self._door_path,
            ),
            objects=self.objects.folder,
            log=log,
        )

    async def start(self) -> None:
        """Be there for whoever asks. Store and scripts start when they are first needed. Raises ``AerostackError``."""
        _allow_files()
        self._folder.open()
        await self.store.start()
        await self.queues.open()
        for name, desk in self._desks.items():
            await desk.open(self._folder.socket(name))
        self.crons.start()

    async def stop(self) -> None:
        """End every process, the store last."""
        for task in self._waking:
            task.cancel()
        await asyncio.gather(*self._waking, return_exceptions=True)
        await self.crons.stop()
        await self.queues.close()
        await asyncio.gather(*(door.close() for door in self._doors.values()))
        await asyncio.gather(*(script.stop(_STOP_SECONDS) for script in self._scripts.values()))
        await asyncio.gather(*(desk.close() for desk in self._desks.values()))
        await self.store.stop(_STOP_SECONDS)
        self._folder.remove()

    async def launch(self, version: ScriptVersion) -> Startup:
        """Run ``version`` and send all new requests to it; its predecessor drains in the background.

        Raises ``StartupError`` with the reason, or its kind ``UnsupportedBinding``: what was live is live still.
        """
        began = time.perf_counter()
        await self._script(version.script).launch([(version, 100.0)], fresh=True)
        return _startup(began, version)

    async def split(self, versions: Split) -> None:
        """Share the requests of a script between versions of it, by percentages that add up to 100.

        Those of them that run already go on. Raises ``StartupError`` as ``launch``: nothing has changed then.
        A request may ask for one version by the headers that Cloudflare has for it (see ``Wish``).
        """
        script = versions[0][0].script
        await self._script(script).launch(versions, fresh=False)

    async def rehearse(self, version: ScriptVersion) -> Startup:
        """Start ``version`` and end it again, to see whether it starts. Raises as ``launch``."""
        began = time.perf_counter()
        await self._rehearse(version)
        return _startup(began, version)

    def wake(self, script: str) -> None:
        """Start a script in the background that nobody has asked for: its Durable Objects may have alarms set."""

        async def start() -> None:
            with contextlib.suppress(UnknownScript, StartupError, OSError):
                await self._ready(script, Wish())

        task = asyncio.ensure_future(start())
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def remove(self, script: str) -> None:
        """End the processes of a script. Fine when there are none."""
        removed = self._scripts.pop(script, None)
        if removed is not None:
            await removed.stop(_STOP_SECONDS)

    @contextlib.asynccontextmanager
    async def tail(self, script: str) -> AsyncIterator[AsyncIterator[Item]]:
        """Watch a script, which need not run nor exist yet: what each of its events did, once it is over.

        Items have the form of Cloudflare's tails, without end. While nobody watches nothing is sent or kept.
        """
        try:
            with self._tails.joined(script) as watcher:
                await self._watch(script)
                yield watcher.items()
        finally:
            await self._watch(script)

    async def _watch(self, name: str) -> None:
        script = self._scripts.get(name)
        if script is not None:
            await script.watch(self._tails.watched(name))

    def schedules(self, script: str, crons: Sequence[str]) -> None:
        """Make these all cron expressions of a script, which need not exist yet. Raises ``ValueError``."""
        self.crons.set(script, crons)

    async def proxy(self, script: str, request: web.Request) -> web.StreamResponse:
        """Let a script answer a request, or open a WebSocket. Raises ``UnknownScript``."""
        return await self._answer(script, request, inside=False)

    async def _answer(self, script: str, request: web.BaseRequest, *, inside: bool) -> web.StreamResponse:
        wish = Wish.of(script, request.headers)
        for _ in range(_TRIES):
            try:
                instance = await self._ready(script, wish)
            except StartupError as error:
                return answers.not_started(script, error)
            except OSError as error:
                return answers.told(503, f"The edge cannot start the Worker {script}: {error.strerror}.")
            with instance.busy():
                try:
                    return await forward(instance, request, inside=inside)
                except aiohttp.ClientConnectorError as error:
                    if not nobody_listens(error):
                        return answers.told(503, f"The edge cannot reach the Worker: {error.os_error.strerror}.")
                    # Its process ended a moment ago, and nothing was sent.
                    await instance.process.kill()
        return answers.told(503, f"The Worker {script} ends as soon as it starts.")

    async def _deliver(self, script: str, path: str, body: bytes) -> bytes:
        """Send a script an event. Raises ``UnknownScript``, ``StartupError``, ``aiohttp.ClientError``."""
        instance = await self._ready(script, Wish())
        with instance.busy():
            try:
                return await instance.order(path, body)
            except ConnectionLost as error:
                # Its process has most likely ended: another event must not meet what is left of it.
                await instance.process.gone(_GONE_SECONDS)
                raise ConnectionLost(
                    f"the process {instance.process.why}" if not instance.alive else str(error)
                ) from error

    async def _ready(self, name: str, wish: Wish) -> Instance:
        # Names come from anywhere: only those that exist are remembered.
        if name not in self._scripts and not await self._live(name):
            raise UnknownScript(name)
        return await self._script(name).ready(wish)

    def _script(self, name: str) -> Script:
        if name not in self._scripts:
            self._scripts[name] = Script(
                name, start=self._start, rehearse=self._rehearse, live=self._live, log=self._log, rest=self._rest
            )
        return self._scripts[name]

    async def _rehearse(self, version: ScriptVersion) -> None:
        await self._open_doors(version)
        await self._launcher.rehearse(version)

    async def _start(self, version: ScriptVersion) -> Instance:
        await self._open_doors(version)
        instance = await self._launcher.start(version, lasting=True)
        if self._tails.watched(version.script):
            await instance.watch(True)
        return instance

    async def _open_doors(self, version: ScriptVersion) -> None:
        for binding in version.bindings:
            if binding.get("type") == "service":
                await self._open_door(str(binding.get("service")))

    async def _open_door(self, script: str) -> None:
        if script not in self._doors:
            door = self._doors[script] = Door(
                script,
                ready=lambda: self._ready(script, Wish()),
                answer=lambda request: self._answer_inside(script, request),
                log=self._log,
            )
            await door.open(self._door_path(script))

    async def _answer_inside(self, script: str, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answer(script, request, inside=True)
        except UnknownScript:
            return answers.told(503, f"There is no Worker {script}.")

    def _door_path(self, script: str) -> Path:
        return self._folder.socket("d-" + hashlib.sha256(script.encode()).hexdigest()[:16])


def _startup(began: float, version: ScriptVersion) -> Startup:
    milliseconds = round((time.perf_counter() - began) * 1000)
    return Startup(milliseconds=milliseconds, handlers=("fetch",) if version.modules else ())


def _allow_files() -> None:
    """Each request in flight is two open files, each process four: the usual limit of 1024 is soon reached."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS calls its limit infinite, which is a negative number, and then refuses more than this.
    wanted = min(most, _FILES) if most >= 0 else _FILES
    if 0 <= now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
