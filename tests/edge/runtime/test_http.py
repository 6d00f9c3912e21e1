"""HTTP through the proxy to a real Worker and back."""

from __future__ import annotations

import json

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
