"""WebSockets through the proxy."""

from __future__ import annotations

import aiohttp
import pytest

ECHO = """
export default { fetch(request) {
  if (new URL(request.url).pathname === "/no")
    return new Response("not you", { status: 403, headers: { "x-why": "1" } });
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", ({ data }) => {
    if (data === "close") server.close(4001, "asked for"); else server.send(data);
  });
  const protocol = request.headers.get("sec-websocket-protocol");
  return new Response(null, { status: 101, webSocket: client,
    headers: { "set-cookie": "a=b", ...(protocol ? { "sec-websocket-protocol": protocol.split(/, ?/)[1] } : {}) } });
} };
"""


def test_messages_are_echoed_and_closes_cross_with_their_code(play):
    async def scenario(world):
        await world.deploy("demo", ECHO)
        async with world.websocket("demo", "/?x=1") as socket:
            await socket.send_str("héllo")
            assert await socket.receive_str() == "héllo"
            await socket.send_bytes(bytes(300_000))
            assert await socket.receive_bytes() == bytes(300_000)
            await socket.send_str("close")
            closed = await socket.receive()
            assert (closed.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 4001)

    play(scenario)


def test_the_worker_chooses_the_protocol_and_sets_headers(play):
    async def scenario(world):
        await world.deploy("demo", ECHO)
        async with world.websocket("demo", protocols=("one", "two")) as socket:
            assert socket.protocol == "two"
            assert socket._response.headers["set-cookie"] == "a=b"

    play(scenario)


def test_a_refused_handshake_gives_the_workers_answer(play):
    async def scenario(world):
        await world.deploy("demo", ECHO)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await world.websocket("demo", "/no")
        assert (refused.value.status, refused.value.headers["x-why"]) == (403, "1")
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        key = {"Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg=="}
        async with world.request("GET", "demo", "/no", headers=upgrade | key) as answer:
            assert (answer.status, await answer.text()) == (403, "not you")

    play(scenario)


def test_a_websocket_stays_on_its_version_while_a_new_one_takes_over(play):
    async def scenario(world):
        await world.deploy("demo", ECHO)
        async with world.websocket("demo") as socket:
            await world.deploy("demo", 'export default { fetch() { return new Response("new"); } };')
            assert await world.text("demo") == "new"
            await socket.send_str("still here")
            assert await socket.receive_str() == "still here"

    play(scenario)
