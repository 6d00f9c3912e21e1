"""Deploys: what does not start changes nothing, and nothing is lost while one version replaces another."""

from __future__ import annotations

import asyncio
import os
import re
import signal

import pytest

from aerostack_edge.model import Module, StartupError


def says(text: str) -> str:
    return f'export default {{ fetch() {{ return new Response("{text}"); }} }};'


BROKEN = [
    ('throw new Error("no");', {}, "Uncaught Error: no at index.js:1:7"),
    ("export default {", {}, "Uncaught SyntaxError: Unexpected end of input at index.js:1"),
    ('import "./gone.js";', {}, 'Uncaught Error: No such module "gone.js". imported from "index.js"'),
    ('throw new Error("two\\nlines \\u001b[31m");', {}, "Uncaught Error: two lines [31m at index.js:1:7"),
    (
        says("x"),
        {"date": "2099-01-01"},
        'This Worker requires compatibility date "2099-01-01", but the newest date supported by this server binary is',
    ),
    (says("x"), {"flags": ("no_such_flag",)}, "No such compatibility flag: no_such_flag"),
    (
        says("x"),
        {"flags": ("nodejs_compat", "service_binding_extra_handlers")},
        "The compatibility flag service_binding_extra_handlers is experimental and may break",
    ),
    (
        says("x"),
        {"modules": (Module(name="a.py", type="python", content=b""),)},
        "the edge does not run modules of type python (a.py)",
    ),
    (
        says("x"),
        {"bindings": ({"type": "plain_text", "name": "X", "text": "\ud800"},)},
        "a name or a text in the upload holds half of a surrogate pair",
    ),
    (says("x"), {"secrets": {"S": "a\0b"}}, "the process cannot be started: a secret holds a NUL character"),
]


def test_a_version_that_does_not_start_says_why_and_leaves_the_live_one(play, tmp_path):
    async def scenario(world):
        await world.deploy("demo", says("good"))
        for code, settings, reason in BROKEN:
            with pytest.raises(StartupError) as failure:
                await world.deploy("demo", code, **settings)
            assert str(failure.value).startswith(reason)
            assert str(tmp_path) not in str(failure.value)
            assert await world.text("demo") == "good"

    play(scenario)


def test_a_first_version_that_does_not_start_leaves_nothing(play):
    async def scenario(world):
        with pytest.raises(StartupError, match="Uncaught Error: no"):
            await world.deploy("demo", 'throw new Error("no")')
        async with world.request("GET", "demo") as answer:
            assert answer.status == 404

    play(scenario)


def test_redeploys_under_load_fail_no_request(play):
    async def scenario(world):
        await world.deploy("demo", says("v0"))
        answered: list[str] = []
        done = asyncio.Event()

        async def load() -> None:
            while not done.is_set():
                answered.append(await world.text("demo"))

        clients = [asyncio.create_task(load()) for _ in range(6)]
        for number in range(1, 22):
            await world.deploy("demo", says(f"v{number}"))
            assert await world.text("demo") == f"v{number}"
        done.set()
        await asyncio.gather(*clients)
        assert set(answered) <= {f"v{number}" for number in range(22)}
        assert len(answered) > 100

    play(scenario)


def test_a_slow_request_ends_on_the_version_it_began_on(play):
    async def scenario(world):
        slow = """
        export default { async fetch(request) {
          const { readable, writable } = new TransformStream();
          const writer = writable.getWriter();
          const say = (text) => writer.write(new TextEncoder().encode(text));
          (async () => { await say("old-"); await request.text(); await say("done"); await writer.close(); })();
          return new Response(readable);
        } };"""
        await world.deploy("demo", slow)
        go = asyncio.Event()

        async def body():
            yield b"a"
            await go.wait()
            yield b"b"

        async with world.request("POST", "demo", data=body()) as answer:
            assert await answer.content.readexactly(4) == b"old-"
            await world.deploy("demo", says("new"))
            assert await world.text("demo") == "new"
            go.set()
            assert await answer.content.read() == b"done"

    play(scenario)


def test_concurrent_launches_of_one_script_end_with_one_of_them_and_one_process(play):
    async def scenario(world):
        await asyncio.gather(*(world.deploy("demo", says(f"v{number}")) for number in range(4)))
        assert re.fullmatch("v[0-3]", await world.text("demo"))

    play(scenario)


def test_a_removed_script_is_gone(play):
    async def scenario(world):
        await world.deploy("demo", says("here"))
        del world.versions["demo"]
        await world.runtime.remove("demo")
        async with world.request("GET", "demo") as answer:
            assert answer.status == 404
        await world.runtime.remove("demo")

    play(scenario)


def test_scripts_start_with_their_first_request_after_a_restart(world):
    async def scenario():
        async with world().running() as first:
            await first.deploy("demo", says("kept"))
        async with world().running() as second:
            second.versions = first.versions
            assert await asyncio.gather(*(second.text("demo") for _ in range(5))) == ["kept"] * 5

    asyncio.run(scenario())


def test_a_killed_process_comes_back_and_requests_wait_for_it(play, workerds, gone):
    async def scenario(world):
        await world.deploy("demo", says("back"))
        for _ in range(3):
            [pid] = workerds()
            os.kill(pid, signal.SIGKILL)
            await gone(pid)
            assert await asyncio.gather(*(world.text("demo") for _ in range(5))) == ["back"] * 5
        assert "demo: the process ended with status -9; starting it again" in world.lines

    play(scenario)


def test_a_live_version_that_no_longer_starts_is_explained(play):
    async def scenario(world):
        world.versions["demo"] = world.version("demo", 'throw new Error("no")')
        async with world.request("GET", "demo") as answer:
            text = await answer.text()
            assert (answer.status, text) == (
                500,
                "error code: 1101\nThe Worker demo does not start: Uncaught Error: no at index.js:1:7\n",
            )

    play(scenario)
