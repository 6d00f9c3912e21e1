"""D1, KV and R2: the Worker and the API see one thing, and it outlives every process."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest

from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.store import Store

DATABASE = "12345678-1234-4234-8234-123456789abc"
NAMESPACE = "0123456789abcdef0123456789abcdef"
BUCKET = "my-bucket"
BINDINGS = (
    {"type": "d1", "name": "DB", "id": DATABASE},
    {"type": "kv_namespace", "name": "KV", "namespace_id": NAMESPACE},
    {"type": "r2_bucket", "name": "R2", "bucket_name": BUCKET},
)
CODE = """
export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/write") {
      await env.DB.exec("CREATE TABLE t (a TEXT)");
      await env.DB.prepare("INSERT INTO t VALUES (?)").bind("d1 ✓").run();
      await env.KV.put("dir/kéy", "kv ✓", { metadata: { m: 1 } });
      await env.R2.put("dir/öbject", "r2 ✓", { httpMetadata: { contentType: "text/x-test" } });
    }
    const object = await env.R2.get("dir/öbject");
    return Response.json({
      d1: (await env.DB.prepare("SELECT a FROM t").all()).results,
      kv: await env.KV.getWithMetadata("dir/kéy").then(({ value, metadata }) => ({ value, metadata })),
      r2: [await object.text(), object.httpMetadata.contentType],
    });
  },
};
"""
WRITTEN = {
    "d1": [{"a": "d1 ✓"}],
    "kv": {"value": "kv ✓", "metadata": {"m": 1}},
    "r2": ["r2 ✓", "text/x-test"],
}


async def the_api_sees_it(world):
    [result] = await world.query(DATABASE, "SELECT a FROM t")
    assert result["results"] == [{"a": "d1 ✓"}]
    store = world.runtime.store
    async with await store.fetch("kv", NAMESPACE, "GET", "/dir%2Fk%C3%A9y?urlencoded=true") as reply:
        assert (reply.status, reply.headers["CF-KV-Metadata"]) == (200, '{"m":1}')
        assert b"".join([chunk async for chunk in reply.chunks()]).decode() == "kv ✓"
    order = json.dumps({"version": 1, "method": "head", "object": "dir/öbject"})
    async with await store.fetch("r2", BUCKET, "GET", "/", headers={"CF-R2-Request": order}) as reply:
        size = int(reply.headers["CF-R2-Metadata-Size"])
        assert json.loads((await reply.read())[:size])["name"] == "dir/öbject"


def test_what_a_worker_writes_survives_a_kill_of_everything(world, gone):
    async def scenario():
        async with world().running() as first:
            await first.deploy("demo", CODE, bindings=BINDINGS)
            assert json.loads(await first.text("demo", "/write")) == WRITTEN
            await the_api_sees_it(first)
            pid = first.runtime.store.pid
            os.kill(pid, signal.SIGKILL)
            await gone(pid)
            assert json.loads(await first.text("demo")) == WRITTEN
            await the_api_sees_it(first)
        async with world().running() as second:
            second.versions = first.versions
            await the_api_sees_it(second)
            assert json.loads(await second.text("demo")) == WRITTEN

    asyncio.run(scenario())


@pytest.mark.parametrize("who", ["the API", "a Worker"])
def test_the_store_starts_when_somebody_first_asks(world, workerds, who):
    async def scenario():
        async with world().running() as running:
            assert workerds() == set()
            await running.deploy("demo", CODE, bindings=BINDINGS)
            assert running.runtime.store.pid is None
            if who == "the API":
                await running.query(DATABASE, "SELECT 1")
            else:
                assert json.loads(await running.text("demo", "/write")) == WRITTEN
            assert running.runtime.store.pid in workerds()
        assert workerds() == set()

    asyncio.run(scenario())


def test_a_store_that_does_not_start_says_why_and_is_tried_again(tools, tmp_path):
    async def scenario():
        lines: list[str] = []
        folder = Folder(tmp_path)
        folder.open()
        none = tmp_path / "none"
        store = Store(data=tmp_path, workerd=tools.workerd, simulators=none, folder=folder, log=lines.append)
        await store.start()
        try:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(store.fetch("kv", NAMESPACE, "GET", "/"), 2)
            assert len(lines) > 1
            assert set(lines) == {"store: does not start: workerd ended with status 1"}
        finally:
            await store.stop()
            folder.remove()

    asyncio.run(scenario())


def test_a_dropped_namespace_is_empty_and_leaves_no_file(world, tmp_path):
    async def scenario():
        async with world().running() as running:
            await running.deploy("demo", CODE, bindings=BINDINGS)
            await running.text("demo", "/write")
            for kind, id in (("d1", DATABASE), ("kv", NAMESPACE), ("r2", BUCKET)):
                await running.runtime.store.drop(kind, id)
            assert list((tmp_path / "data" / "blobs").iterdir()) == []
            names = {path.name for path in (tmp_path / "data" / "objects").rglob("*.sqlite*")}
            assert {name.partition(".")[0] for name in names} == {"metadata"}
            # The same names again: new and empty, and usable.
            assert json.loads(await running.text("demo", "/write")) == WRITTEN

    asyncio.run(scenario())


def test_namespaces_of_one_kind_are_apart(play):
    async def scenario(world):
        other = DATABASE.replace("1", "f")
        await world.query(DATABASE, "CREATE TABLE t (a)")
        await world.query(other, "CREATE TABLE t (a)")
        await world.query(DATABASE, "INSERT INTO t VALUES (1)")
        [result] = await world.query(other, "SELECT count(*) AS n FROM t")
        assert result["results"] == [{"n": 0}]

    play(scenario)


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        ("d1", "../../etc/passwd"),
        ("d1", DATABASE + "\r\nx-ns: d1:other"),
        ("kv", NAMESPACE.upper()),
        ("r2", ".."),
        ("r2", "a/b"),
        ("r2", "ab\n"),
    ],
)
def test_ids_that_could_lead_elsewhere_are_refused(play, kind, id):
    async def scenario(world):
        with pytest.raises(ValueError, match=f"not an id of kind {kind}"):
            await world.runtime.store.fetch(kind, id, "GET", "/")
        with pytest.raises(ValueError, match=f"not an id of kind {kind}"):
            await world.runtime.store.drop(kind, id)

    play(scenario)


def test_a_worker_cannot_reach_another_namespace_with_a_header(play):
    async def scenario(world):
        await world.query(DATABASE, "CREATE TABLE t (a)")
        code = """
        export default { async fetch(request, env) {
          await env.KV.put("own", "1");
          return Response.json((await env.KV.list()).keys);
        } };"""
        await world.deploy("demo", code, bindings=BINDINGS)
        seen = await world.text("demo", headers={"x-ns": f"kv:{'f' * 32}"})
        assert json.loads(seen) == [{"name": "own"}]

    play(scenario)
