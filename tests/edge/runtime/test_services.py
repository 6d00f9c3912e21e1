"""Workers that call each other."""

from __future__ import annotations

import asyncio
import json
import os
import signal

CALLER = """
export default { async fetch(request, env) {
  const path = new URL(request.url).pathname;
  if (path === "/rpc") return new Response(await env.OTHER.add(1, 2));
  if (path === "/https")
    return env.OTHER.fetch("https://named.example/a?b", { headers: { "cf-connecting-ip": "9.9.9.9" } });
  return env.OTHER.fetch(request);
} };
"""
CALLEE = """
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  fetch(request) { return new Response("VERSION " + request.url); }
  add(a, b) { return String(a + b); }
}
"""
BINDING = ({"type": "service", "name": "OTHER", "service": "other", "environment": "production"},)


def test_a_service_is_called_whenever_it_was_deployed_or_restarted(play, workerds, gone):
    async def scenario(world):
        await world.deploy("caller", CALLER, bindings=BINDING)
        async with world.request("GET", "caller") as answer:
            assert (answer.status, await answer.text()) == (503, "There is no Worker other.\n")
        before = workerds()
        await world.deploy("other", CALLEE.replace("VERSION", "one"))
        [callee] = workerds() - before
        assert await world.text("caller", "/x") == "one http://caller.edge.localhost/x"
        assert await world.text("caller", "/rpc") == "3"
        os.kill(callee, signal.SIGKILL)
        await gone(callee)
        assert await world.text("caller", "/x") == "one http://caller.edge.localhost/x"
        await world.deploy("other", CALLEE.replace("VERSION", "two"))
        while not (await world.text("caller")).startswith("two"):
            await asyncio.sleep(0.01)
        assert await world.text("caller", "/rpc") == "3"

    play(scenario)


def test_a_service_starts_when_it_is_first_called(world, workerds):
    async def scenario():
        async with world().running() as first:
            await first.deploy("other", CALLEE)
            await first.deploy("caller", CALLER, bindings=BINDING)
        async with world().running() as second:
            second.versions = first.versions
            assert workerds() == set()
            assert await second.text("caller", "/rpc") == "3"
            assert len(workerds()) == 2

    asyncio.run(scenario())


def test_a_script_may_call_itself(play):
    async def scenario(world):
        code = """
        export default { async fetch(request, env) {
          const depth = Number(new URL(request.url).searchParams.get("depth"));
          if (depth === 0) return Response.json([0]);
          const below = await env.OTHER.fetch("http://self/?depth=" + (depth - 1));
          return Response.json([depth, ...(await below.json())]);
        } };"""
        await world.deploy("other", code, bindings=BINDING)
        assert json.loads(await world.text("other", "/?depth=3")) == [3, 2, 1, 0]

    play(scenario)


def test_the_callee_sees_the_address_and_headers_the_caller_chose(play):
    async def scenario(world):
        code = """
        export default { fetch(request) {
          const header = (name) => request.headers.get(name);
          return Response.json([request.url, header("cf-connecting-ip"), header("x-forwarded-for")]);
        } };"""
        await world.deploy("other", code)
        await world.deploy("caller", CALLER, bindings=BINDING)
        assert json.loads(await world.text("caller", "/https")) == ["https://named.example/a?b", "9.9.9.9", None]

    play(scenario)


def test_calls_do_not_fail_while_the_callee_is_replaced(play):
    async def scenario(world):
        await world.deploy("other", CALLEE)
        await world.deploy("caller", CALLER, bindings=BINDING)
        done = asyncio.Event()

        async def load(path: str) -> int:
            count = 0
            while not done.is_set():
                await world.text("caller", path)
                count += 1
            return count

        clients = [asyncio.create_task(load(path)) for path in ("/", "/", "/rpc")]
        for _ in range(8):
            await world.deploy("other", CALLEE)
        done.set()
        assert min(await asyncio.gather(*clients)) > 10

    play(scenario)


def test_a_websocket_passes_through_a_service(play):
    async def scenario(world):
        code = """
        export default { fetch(request) {
          const [client, server] = Object.values(new WebSocketPair());
          server.accept();
          server.addEventListener("message", ({ data }) => server.send("echo " + data));
          return new Response(null, { status: 101, webSocket: client });
        } };"""
        await world.deploy("other", code)
        await world.deploy("caller", CALLER, bindings=BINDING)
        async with world.websocket("caller") as socket:
            await socket.send_str("there")
            assert await socket.receive_str() == "echo there"

    play(scenario)
