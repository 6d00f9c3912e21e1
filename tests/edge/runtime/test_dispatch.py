"""Dispatch namespaces: one Worker calls others by names it learns from requests."""

from __future__ import annotations

import asyncio

import pytest

from aerostack_edge.runtime import UnsupportedBinding

ROUTER = """
export default { async fetch(request, env) {
  const [, name] = new URL(request.url).pathname.split("/");
  try { return await env.TENANTS.get(decodeURIComponent(name)).fetch(request); }
  catch (error) { return new Response(`${error.name}: ${error.message}`, { status: 404 }); }
} };
"""
TENANT = """
export default { async fetch(request) {
  if (request.headers.get("upgrade")) {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => server.send("NAME " + data));
    return new Response(null, { status: 101, webSocket: client });
  }
  const internal = [...request.headers.keys()].filter((name) => name.startsWith("x-aerostack"));
  return Response.json(["NAME", request.method, request.url, await request.text(), internal], {
    headers: { "x-aerostack-missing": "1" },
  });
} };
"""
TENANTS = ({"type": "dispatch_namespace", "name": "TENANTS", "namespace": "shop"},)


async def asked(world, path, **options):
    async with world.request("POST", "router", path, **options) as answer:
        return answer.status, await answer.text()


def test_workers_in_the_namespace_are_reached_by_name_and_no_others(play):
    async def scenario(world):
        await world.deploy("router", ROUTER, bindings=TENANTS)
        await world.deploy("shop/one", TENANT.replace("NAME", "one"))
        await world.deploy("shop/two", TENANT.replace("NAME", "two"))
        await world.deploy("other/three", TENANT)
        await world.deploy("four", TENANT)
        for name in ("one", "two"):
            said = f'["{name}","POST","http://router.edge.localhost/{name}/x?y=%20","body",[]]'
            assert await asked(world, f"/{name}/x?y=%20", data="body") == (200, said)
        for absent in ("three", "four", "", "..%2Fother%2Fthree", "%E2%82%AC", "one%2Fx"):
            assert await asked(world, f"/{absent}/x") == (404, "Error: Worker not found.")

    play(scenario)


def test_a_worker_cannot_choose_another_namespace_by_a_header(play):
    async def scenario(world):
        await world.deploy("router", ROUTER, bindings=TENANTS)
        await world.deploy("other/three", TENANT)
        forged = {"x-aerostack-namespace": "other", "x-aerostack-script": "three"}
        assert (await asked(world, "/three", headers=forged))[0] == 404

    play(scenario)


def test_websockets_pass(play):
    async def scenario(world):
        await world.deploy("router", ROUTER, bindings=TENANTS)
        await world.deploy("shop/one", TENANT.replace("NAME", "one"))
        async with world.websocket("router", "/one") as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "one hello"

    play(scenario)


def test_a_worker_in_a_namespace_starts_when_it_is_first_called(world, workerds):
    async def scenario():
        async with world().running() as first:
            await first.deploy("shop/one", TENANT.replace("NAME", "one"))
            await first.deploy("router", ROUTER, bindings=TENANTS)
        async with world().running() as second:
            second.versions = first.versions
            assert workerds() == set()
            assert (await asked(second, "/one"))[0] == 200
            assert len(workerds()) == 2

    asyncio.run(scenario())


def test_the_module_of_the_binding_is_not_for_workers(play):
    async def scenario(world):
        with pytest.raises(Exception, match="No such module"):
            await world.deploy("router", 'import "aerostack-internal:dispatch"; export default {};')

    play(scenario)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"namespace": "a b"}, "not a name of a dispatch namespace: 'a b'"),
        ({"outbound": {"worker": {"service": "x"}}}, "the edge does not support outbound Workers"),
    ],
)
def test_a_namespace_that_cannot_be_bound_is_refused(play, changes, why):
    async def scenario(world):
        with pytest.raises(UnsupportedBinding) as refused:
            await world.deploy("router", ROUTER, bindings=({**TENANTS[0], **changes},))
        assert str(refused.value) == f"binding TENANTS of type dispatch_namespace: {why}"

    play(scenario)
