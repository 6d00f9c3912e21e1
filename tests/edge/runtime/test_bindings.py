"""Bindings other than data, modules of every type, and the log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from aerostack_edge.model import Module
from aerostack_edge.runtime import UnsupportedBinding
from aerostack_edge.runtime.capnp import quoted

WASM = bytes.fromhex("0061736d0100000001050160000 17f03020100070501016600000a06010400412a0b".replace(" ", ""))
AWKWARD = 'quote " backslash \\ newline \n nul-free \x01 é 😀 $(x) \u2028'


def test_texts_json_and_metadata_arrive_as_they_were_sent(play):
    async def scenario(world):
        code = "export default { fetch(request, env) { return Response.json(env); } };"
        bindings = (
            {"type": "plain_text", "name": "TEXT", "text": AWKWARD},
            {"type": "json", "name": "JSON", "json": {AWKWARD: [1, None, AWKWARD]}},
            {"type": "version_metadata", "name": "VERSION"},
        )
        await world.deploy("demo", code, bindings=bindings, secrets={"SECRET": AWKWARD})
        assert json.loads(await world.text("demo")) == {
            "TEXT": AWKWARD,
            "JSON": {AWKWARD: [1, None, AWKWARD]},
            "VERSION": {"id": world.versions["demo"].id, "tag": "", "timestamp": ""},
            "SECRET": AWKWARD,
        }

    play(scenario)


def test_modules_of_every_type_are_imported_by_name(play):
    async def scenario(world):
        code = """
        import { own } from "./lib/own.js";
        import common from "./lib/common.cjs";
        import text from "./te xt.txt";
        import data from "./data.bin";
        import wasm from "./add.wasm";
        export default { async fetch() {
          const { exports } = await WebAssembly.instantiate(wasm);
          return Response.json([own, common, text, [...new Uint8Array(data)], exports.f()]);
        } };"""
        modules = (
            Module(name="lib/own.js", type="esm", content=b"export const own = 1;"),
            Module(name="lib/common.cjs", type="commonjs", content=b"module.exports = 2;"),
            Module(name="te xt.txt", type="text", content="t€xt".encode()),
            Module(name="data.bin", type="data", content=bytes([0, 255])),
            Module(name="add.wasm", type="wasm", content=WASM),
            Module(name="index.js.map", type="sourcemap", content=b"{}"),
        )
        await world.deploy("demo", code, modules=modules)
        assert json.loads(await world.text("demo")) == [1, 2, "t€xt", [0, 255], 42]

    play(scenario)


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ({"type": "vectorize", "name": "V"}, "binding V of type vectorize: the edge does not support this type"),
        ({"type": "d1", "name": "DB", "id": "x"}, "binding DB of type d1: not an id of kind d1: 'x'"),
        ({"type": "plain_text", "text": "1"}, "binding ? of type plain_text: it has no 'name'"),
        ({"type": "kv_namespace", "name": "KV"}, "binding KV of type kv_namespace: it has no 'namespace_id'"),
        ({"type": "data_blob", "name": "B", "part": "b"}, "binding B of type data_blob: no file b was uploaded"),
        (
            {"type": "service", "name": "S", "service": "other", "entrypoint": "Admin"},
            "binding S of type service: the edge does not support named entrypoints yet (Admin)",
        ),
    ],
)
def test_a_binding_the_edge_cannot_give_is_named(play, binding, message):
    async def scenario(world):
        with pytest.raises(UnsupportedBinding) as refused:
            await world.deploy("demo", "export default {};", bindings=(binding,))
        assert str(refused.value) == message
        assert (refused.value.binding, refused.value.type) == (binding.get("name", "?"), binding["type"])

    play(scenario)


def test_a_secret_is_neither_in_a_file_nor_in_an_argument(play, tmp_path):
    async def scenario(world):
        secret = "v3ry-s3cret-value"
        code = "export default { fetch(request, env) { return new Response(env.TOKEN); } };"
        await world.deploy("demo", code, secrets={"TOKEN": secret})
        assert await world.text("demo") == secret
        folders = (tmp_path, world.runtime._folder.path)
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        assert [path for path in files if secret.encode() in path.read_bytes()] == []
        arguments = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        assert [line for line in arguments if secret.encode() in line] == []
        assert secret not in "".join(world.lines)

    play(scenario)


def test_the_environment_of_the_edge_is_not_the_workers(play, monkeypatch, workerds):
    async def scenario(world):
        await world.deploy("demo", "export default {};", secrets={"TOKEN": "1"})
        for pid in workerds():
            assert b"of-the-user" not in Path(f"/proc/{pid}/environ").read_bytes()

    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "of-the-user")
    play(scenario)


def test_a_worker_reaches_neither_this_machine_nor_private_networks(play):
    async def scenario(world):
        code = """
        export default { async fetch(request) {
          const hosts = ["127.0.0.1:PORT", "localhost:PORT", "10.0.0.1", "169.254.169.254"];
          const reach = (host) => fetch(`http://${host}/`).then(() => "reached", () => "refused");
          return Response.json(await Promise.all(hosts.map(reach)));
        } };""".replace("PORT", str(world.port))
        await world.deploy("demo", code)
        assert json.loads(await world.text("demo")) == ["refused"] * 4

    play(scenario)


def test_caches_are_there_and_forget(play):
    async def scenario(world):
        code = """
        export default { async fetch(request) {
          const fresh = () => new Response("x", { headers: { "cache-control": "max-age=60" } });
          await caches.default.put("http://a.example/", fresh());
          return Response.json([await caches.default.match("http://a.example/"), await caches.default.delete("http://a.example/")]);
        } };"""
        await world.deploy("demo", code)
        assert json.loads(await world.text("demo")) == [None, False]

    play(scenario)


def test_console_and_exceptions_reach_the_log_with_the_scripts_name(play):
    async def scenario(world):
        code = """
        export default { fetch(request) {
          console.log("two\\nlines \\u001b[31m"); console.error("bad");
          if (request.url.endsWith("/boom")) throw new TypeError("boom");
          return new Response();
        } };"""
        await world.deploy("demo", code)
        async with world.request("GET", "demo", "/boom") as answer:
            assert answer.status == 500
        while len(world.lines) < 4:
            await asyncio.sleep(0.01)
        assert world.lines == [
            "demo: two",
            "demo: lines [31m",
            "demo: error: bad",
            "demo: error: Uncaught exception: TypeError: boom",
        ]

    play(scenario)


def test_text_literals_hold_any_text():
    assert quoted('a"b\\') == '"a\\"b\\\\"'
    assert quoted("é\n\x7f") == '"\\xc3\\xa9\\x0a\\x7f"'
