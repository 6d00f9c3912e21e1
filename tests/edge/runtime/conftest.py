"""A runtime with real processes, and a real HTTP server in front of it, for tests that are coroutines."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from aerostack.toolchain import simulators, workerd
from aerostack_edge.model import Assets, Module, ScriptVersion, Startup
from aerostack_edge.runtime import Runtime, UnknownScript


@dataclass(frozen=True)
class Tools:
    """Where the programs are."""

    workerd: Path
    simulators: Path


class World:
    """A runtime, what it takes for the state, what it logged, and a client of its HTTP server."""

    def __init__(self, data: Path, tools: Tools, **options: Any) -> None:
        self.versions: dict[str, ScriptVersion] = {}
        self.splits: dict[str, list[tuple[ScriptVersion, float]]] = {}
        self.lines: list[str] = []
        self._numbers = itertools.count(1)
        self.runtime = Runtime(
            data=data,
            workerd=tools.workerd,
            simulators=tools.simulators,
            live=self._live,
            log=self.lines.append,
            **options,
        )

    async def _live(self, script: str) -> list[tuple[ScriptVersion, float]]:
        """What was split, else the one version that was deployed."""
        alone = self.versions.get(script)
        return self.splits.get(script) or ([(alone, 100.0)] if alone else [])

    def version(
        self,
        script: str,
        code: str | None,
        *,
        bindings: tuple[Mapping[str, Any], ...] = (),
        secrets: Mapping[str, str] | None = None,
        modules: tuple[Module, ...] = (),
        date: str = "2026-01-01",
        flags: tuple[str, ...] = (),
        assets: Assets | None = None,
        cpu_ms: int | None = None,
    ) -> ScriptVersion:
        return ScriptVersion(
            id=str(uuid.uuid4()),
            script=script,
            number=next(self._numbers),
            main_module="" if code is None else "index.js",
            modules=() if code is None else (Module(name="index.js", type="esm", content=code.encode()), *modules),
            bindings=bindings,
            secrets=secrets or {},
            compatibility_date=date,
            compatibility_flags=flags,
            assets=assets,
            cpu_ms=cpu_ms,
        )

    async def deploy(self, script: str, code: str | None, **settings: Any) -> Startup:
        """Launch a version and make it the live one in the state when it starts; without code it is only assets."""
        version = self.version(script, code, **settings)
        startup = await self.runtime.launch(version)
        self.versions[script] = version
        self.splits.pop(script, None)
        return startup

    async def split(self, *versions: tuple[ScriptVersion, float]) -> None:
        """Share the requests between versions, and keep that in the state when all of them start."""
        await self.runtime.split(versions)
        self.splits[versions[0][0].script] = list(versions)

    async def text(self, script: str, path: str = "/", **options: Any) -> str:
        """The body of an answer that must be good."""
        async with self.request("GET", script, path, **options) as answer:
            body = await answer.text()
            assert answer.status == 200, f"{answer.status} {body}"
            return body

    def request(self, method: str, script: str, path: str = "/", **options: Any) -> Any:
        headers = {"Host": f"{script}.edge.localhost", **options.pop("headers", {})}
        return self.client.request(
            method, f"http://127.0.0.1:{self.port}{path}", headers=headers, allow_redirects=False, **options
        )

    def websocket(self, script: str, path: str = "/", **options: Any) -> Any:
        headers = {"Host": f"{script}.edge.localhost"}
        return self.client.ws_connect(f"http://127.0.0.1:{self.port}{path}", headers=headers, **options)

    async def query(self, database: str, sql: str) -> Any:
        """Ask D1 as the API does."""
        path = "/query?resultsFormat=ARRAY_OF_OBJECTS"
        async with await self.runtime.store.fetch(
            "d1", database, "POST", path, body=json.dumps({"sql": sql}).encode()
        ) as reply:
            assert reply.status == 200
            return json.loads(await reply.read())

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self.runtime.proxy(request.host.partition(".")[0], request)
        except UnknownScript as unknown:
            return web.Response(status=404, text=f"no script {unknown}")

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[World]:
        await self.runtime.start()
        runner = web.AppRunner(_application(self._answer), auto_decompress=False, access_log=None, shutdown_timeout=0.1)
        try:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60), auto_decompress=False
            ) as self.client:
                yield self
        finally:
            await runner.cleanup()
            await self.runtime.stop()


def _application(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.Application:
    application = web.Application(client_max_size=0)
    application.router.add_route("*", "/{path:.*}", answer)
    return application


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The real workerd and simulators, installed if need be."""
    return Tools(workerd(), simulators())


@pytest.fixture
def world(tools: Tools, tmp_path: Path) -> Callable[..., World]:
    """Make worlds that share one data folder, as an edge that is started again does."""
    return lambda **options: World(tmp_path / "data", tools, **options)


@pytest.fixture
def play(world: Callable[[], World]) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    """Run a coroutine with a running world."""

    def run(scenario: Callable[[World], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with world().running() as running:
                await scenario(running)

        asyncio.run(whole())

    return run


@pytest.fixture
def workerds() -> Callable[[], set[int]]:
    """The ids of the workerd processes below this test."""

    def children() -> set[int]:
        found: set[int] = set()
        for task in Path("/proc/self/task").iterdir():
            found |= {int(pid) for pid in (task / "children").read_text().split()}
        return {pid for pid in found if _is_workerd(pid)}

    return children


def _is_workerd(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "workerd\n"
    except OSError:  # it has ended meanwhile
        return False


@pytest.fixture
def gone(workerds: Callable[[], set[int]]) -> Callable[[int], Awaitable[None]]:
    """Wait until the kernel has closed all that a killed process had open."""

    async def wait(pid: int) -> None:
        while pid in workerds():
            await asyncio.sleep(0.01)

    return wait
