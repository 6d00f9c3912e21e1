"""Processes: neighbours are undisturbed, and nothing is left behind."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from aerostack.errors import AerostackError
from aerostack_edge.model import ObjectNamespace, StartupError
from aerostack_edge.runtime.backoff import Backoff
from aerostack_edge.runtime.capnp import document
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.process import Process

HELLO = 'export default { fetch() { return new Response("hello"); } };'


def test_an_endless_loop_disturbs_no_neighbour_and_can_be_replaced(play):
    async def scenario(world):
        await world.deploy("loop", "export default { fetch() { for (;;); } };")
        await world.deploy("other", HELLO)
        stuck = asyncio.create_task(world.text("loop"))
        await asyncio.sleep(0.1)
        assert await asyncio.gather(*(world.text("other") for _ in range(10))) == ["hello"] * 10
        await world.deploy("loop", HELLO)
        assert await world.text("loop") == "hello"
        stuck.cancel()

    play(scenario)


async def emptied(workerds):
    while workerds():
        await asyncio.sleep(0.02)


def test_a_script_that_nobody_asks_for_ends_and_starts_with_the_next_request(world, workerds):
    async def scenario():
        async with world(rest=0.3).running() as running:
            old, new = running.version("demo", HELLO), running.version("demo", HELLO)
            await running.split((old, 50.0), (new, 50.0))
            assert len(workerds()) == 2
            await emptied(workerds)
            assert await asyncio.gather(*(running.text("demo") for _ in range(20))) == ["hello"] * 20
            await emptied(workerds)
            await running.deploy("demo", HELLO.replace("hello", "new"))
            assert await running.text("demo") == "new"
            assert running.lines == []

    asyncio.run(scenario())


def test_a_script_stays_for_as_long_as_something_goes_on_in_it(world):
    slow = """let count = 0;
    export default { async fetch() {
      const own = ++count;
      await scheduler.wait(700);
      return new Response(`${own}`);
    } };"""

    async def scenario():
        async with world(rest=0.2).running() as running:
            await running.deploy("slow", slow)
            first = asyncio.create_task(running.text("slow"))
            await asyncio.sleep(0.5)
            assert await asyncio.gather(first, running.text("slow")) == ["1", "2"]

    asyncio.run(scenario())


def test_a_script_with_durable_objects_stays_since_an_alarm_may_be_set(world, workerds):
    code = """import { DurableObject } from "cloudflare:workers";
    export class Clock extends DurableObject {}
    export default { fetch() { return new Response("hello"); } };"""

    async def scenario():
        async with world(rest=0.2).running() as running:
            namespace = ObjectNamespace(id="0" * 32, class_name="Clock", use_sqlite=True)
            version = dataclasses.replace(running.version("clock", code), objects=(namespace,))
            running.runtime.objects.sweep(())
            await running.runtime.launch(version)
            await running.deploy("other", HELLO)
            while len(workerds()) > 1:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
            assert len(workerds()) == 1

    asyncio.run(scenario())


def test_stopping_leaves_no_process_and_no_file(world, workerds):
    async def scenario():
        running = world()
        async with running.running():
            await running.deploy("demo", HELLO)
            await running.query("12345678-1234-4234-8234-123456789abc", "SELECT 1")
            assert len(workerds()) == 2
        assert workerds() == set()
        assert not running.runtime._folder.path.exists()

    asyncio.run(scenario())


def test_a_killed_edge_leaves_no_process_and_its_leftovers_do_not_matter(world, tools, tmp_path):
    program = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from aerostack_edge.model import Module, ScriptVersion
        from aerostack_edge.runtime import Runtime

        async def main():
            async def live(script):
                return None
            paths = dict(zip(("data", "workerd", "simulators"), map(Path, sys.argv[1:])))
            runtime = Runtime(**paths, live=live, log=lambda line: None)
            await runtime.start()
            module = Module(name="index.js", type="esm", content=b"export default {};")
            version = ScriptVersion(id="1", script="demo", number=1, main_module="index.js", modules=(module,))
            await runtime.launch(version)
            async with await runtime.store.fetch("kv", "0" * 32, "GET", "/"):
                pass
            print("up", flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
    """)
    data = tmp_path / "data"
    argv = [sys.executable, "-c", program, str(data), str(tools.workerd), str(tools.simulators)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as edge:
        assert edge.stdout.readline() == b"up\n"
        children = Path(f"/proc/{edge.pid}/task/{edge.pid}/children").read_text().split()
        assert len(children) == 2
        edge.kill()
    while any(Path(f"/proc/{child}").exists() and state(child) not in "ZX" for child in children):
        time.sleep(0.01)

    async def again():
        async with world().running() as running:
            await running.deploy("demo", HELLO)
            assert await running.text("demo") == "hello"

    asyncio.run(again())


def state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


@pytest.fixture
def temporary(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


def test_a_foreign_folder_in_the_temporary_directory_is_refused(tmp_path, temporary):
    folder = Folder(tmp_path / "data")
    folder.path.symlink_to(tmp_path)
    with pytest.raises(AerostackError) as refused:
        folder.open()
    assert refused.value.message == f"{folder.path} exists, but is not a private folder of yours"
    assert refused.value.hint == f"remove it: rm -rf {folder.path}"


def test_a_temporary_directory_too_long_for_sockets_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 80)))
    with pytest.raises(AerostackError) as refused:
        Folder(tmp_path).open()
    assert refused.value.message.endswith("is too long for the edge's unix sockets")
    assert refused.value.hint == "set TMPDIR to a shorter path, such as /tmp"


def test_top_level_code_that_never_ends_is_killed(tools, tmp_path, workerds):
    async def scenario():
        config = tmp_path / "config.capnp"
        worker = {"modules": [{"name": "main", "esModule": "for (;;);"}], "compatibilityDate": "2026-01-01"}
        config.write_text(document({"services": [{"name": "main", "worker": worker}]}))
        with pytest.raises(StartupError, match=r"^it did not start within 0.3 seconds$"):
            await Process.start(tools.workerd, config, sockets=1, environ={}, log=lambda line: None, within=0.3)
        assert workerds() == set()

    asyncio.run(scenario())


def test_a_missing_program_is_explained(tools, tmp_path):
    async def scenario():
        from aerostack_edge.runtime import Runtime

        async def live(script):
            return None

        runtime = Runtime(
            data=tmp_path, workerd=tmp_path / "gone", simulators=tools.simulators, live=live, log=lambda line: None
        )
        with pytest.raises(AerostackError) as refused:
            await runtime.start()
        await runtime.stop()
        assert refused.value.message == f"the store of the edge cannot start: {tmp_path / 'gone'} is no program"
        assert refused.value.hint == "aerostack toolchain install"

    asyncio.run(scenario())


def test_waiting_doubles_while_a_process_keeps_ending_and_is_forgotten_when_it_was_well():
    backoff = Backoff()
    assert [backoff.ended(1) for _ in range(9)] == [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]
    assert [backoff.ended(31), backoff.ended(1)] == [0, 0.1]
