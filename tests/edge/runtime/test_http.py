"""HTTP through the proxy to a real Worker and back."""

from __future__ import annotations

import asyncio
import gzip
import io
import json

import aiohttp
import pytest

ECHO = """
export default {
  async fetch(request) {
    return Response.json({ url: request.url, method: request.method, headers: [...request.headers],
                           body: await request.text() });
  },
};
"""


def test_a_worker_answers(play):
    async def scenario(world):
        startup = await world.deploy("demo", 'export default { fetch() { return new Response("hello"); } };')
        assert await world.text("demo") == "hello"
        assert startup.milliseconds > 0
        assert startup.handlers == ("fetch",)

    play(scenario)


def test_the_worker_sees_the_address_the_client_used_and_what_the_proxy_knows(play):
    async def scenario(world):
        await world.deploy("demo", ECHO)
        sent = {"X-Own": "1", "CF-Connecting-IP": "6.6.6.6", "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https",
                "Connection": "keep-alive, X-Hop", "X-Hop": "1", "Accept-Encoding": "br"}  # fmt: skip
        seen = json.loads(await world.text("demo", "/a%2Fb//c?d=%20&e", headers=sent))
        assert seen["url"] == "http://demo.edge.localhost/a%2Fb//c?d=%20&e"
        headers = dict(seen["headers"])
        assert headers["host"] == "demo.edge.localhost"
        assert headers["x-own"] == "1"
        assert headers["accept-encoding"] == "br"
        assert "x-hop" not in headers
        assert headers["cf-connecting-ip"] == headers["x-forwarded-for"] == headers["x-real-ip"] == "127.0.0.1"
        assert headers["x-forwarded-proto"] == "http"
        assert "6.6.6.6" not in json.dumps(seen)

    play(scenario)


def test_an_unknown_script_is_not_there(play):
    async def scenario(world):
        async with world.request("GET", "nobody") as answer:
            assert (answer.status, await answer.text()) == (404, "no script nobody")

    play(scenario)


def test_bodies_stream_both_ways_and_keep_their_length(play):
    async def scenario(world):
        code = """
        export default { fetch(request) {
          return new Response(request.body, { headers: { "x-length": request.headers.get("content-length") } });
        } };"""
        await world.deploy("demo", code)
        body = bytes(range(256)) * 40_000
        async with world.request("PUT", "demo", data=io.BytesIO(body)) as answer:
            assert answer.headers["x-length"] == str(len(body))
            assert await answer.read() == body

        async def pieces():
            for _ in range(40):
                yield body[:256_000]

        async with world.request("POST", "demo", data=pieces()) as answer:
            assert answer.headers["x-length"] == "null"
            assert await answer.read() == body[:256_000] * 40

    play(scenario)


def test_a_packed_body_is_the_workers_to_unpack(play):
    async def scenario(world):
        code = """
        export default { async fetch(request, env) {
          if (request.url.endsWith("/inside")) return new Response(request.body);
          return env.SELF.fetch("http://self/inside", request);
        } };"""
        await world.deploy("demo", code, bindings=({"type": "service", "name": "SELF", "service": "demo"},))
        packed = gzip.compress(b"hello")
        async with world.request("POST", "demo", data=packed, headers={"Content-Encoding": "gzip"}) as answer:
            assert await answer.read() == packed

    play(scenario)


def test_answers_arrive_unchanged(play):
    async def scenario(world):
        code = """
        export default { fetch(request) {
          const { pathname } = new URL(request.url);
          if (pathname === "/untyped") return new Response(new Uint8Array([1]));
          if (pathname === "/redirect") return Response.redirect("http://elsewhere.example/", 302);
          if (pathname === "/nothing") return new Response(null, { status: 304, headers: { etag: '"1"' } });
          if (pathname === "/packed")
            return new Response(new Uint8Array([31, 139]),
              { encodeBody: "manual", headers: { "content-encoding": "gzip" } });
          const answer = new Response("teapot", { status: 418, statusText: "Mine" });
          answer.headers.append("set-cookie", "a=1");
          answer.headers.append("set-cookie", "b=2");
          return answer;
        } };"""
        await world.deploy("demo", code)
        async with world.request("GET", "demo") as answer:
            assert (answer.status, answer.reason) == (418, "Mine")
            assert answer.headers.getall("set-cookie") == ["a=1", "b=2"]
            assert answer.headers["server"] == "aerostack-edge"
        async with world.request("GET", "demo", "/untyped") as answer:
            assert "content-type" not in answer.headers
        async with world.request("GET", "demo", "/redirect") as answer:
            assert (answer.status, answer.headers["location"]) == (302, "http://elsewhere.example/")
        async with world.request("GET", "demo", "/nothing") as answer:
            assert (answer.status, answer.headers["etag"], await answer.read()) == (304, '"1"', b"")
        async with world.request("GET", "demo", "/packed") as answer:
            assert (answer.headers["content-encoding"], await answer.read()) == ("gzip", b"\x1f\x8b")
        async with world.request("HEAD", "demo") as answer:
            assert (answer.status, answer.headers["content-length"]) == (418, "6")

    play(scenario)


def test_a_client_that_leaves_cancels_the_workers_work(play):
    async def scenario(world):
        code = """
        export default { async fetch(request) {
          request.signal.addEventListener("abort", () => console.log("left"));
          if (request.url.endsWith("/late")) await scheduler.wait(60_000);
          let started = false;
          return new Response(new ReadableStream({
            async pull(controller) {
              if (started) await scheduler.wait(60_000);
              started = true;
              controller.enqueue(new Uint8Array(1000));
            },
          }));
        } };"""
        await world.deploy("demo", code, flags=("enable_request_signal",))
        async with world.request("GET", "demo") as answer:
            await answer.content.readany()
            answer.close()
        while "demo: left" not in world.lines:
            await asyncio.sleep(0.01)
        with pytest.raises(TimeoutError):
            await world.text("demo", "/late", timeout=aiohttp.ClientTimeout(total=0.2))
        while world.lines.count("demo: left") < 2:
            await asyncio.sleep(0.01)

    play(scenario)


def test_an_answer_that_breaks_off_does_not_look_complete(play):
    async def scenario(world):
        code = """
        export default { fetch() {
          let sent = false;
          return new Response(new ReadableStream({
            pull(controller) {
              if (sent) return scheduler.wait(50).then(() => controller.error(new Error("broken")));
              sent = true;
              controller.enqueue(new Uint8Array(10));
            },
          }));
        } };"""
        await world.deploy("demo", code)
        with pytest.raises(aiohttp.ClientPayloadError):
            await world.text("demo")

    play(scenario)
