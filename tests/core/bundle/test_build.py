from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aerostack import toolchain
from aerostack.model import Bundle, Module

if TYPE_CHECKING:
    from conftest import Folder

EXAMPLE = Path(__file__).parents[3] / "examples" / "demo-api"
WASM = b"\0asm\1\0\0\0"
HELLO = 'export default { fetch(): Response { return new Response("hello"); } };'


def code(bundle: Bundle) -> str:
    return bundle.modules[0].content.decode()


def by_name(bundle: Bundle) -> dict[str, Module]:
    return {module.name: module for module in bundle.modules}


def answer(bundle: Bundle, flags: list[str], tmp_path: Path) -> Any:
    """What the bundle answers to a request, run by the real workerd."""
    kinds = {"esm": "esModule", "text": "text", "data": "data", "wasm": "wasm"}
    embedded = []
    for number, module in enumerate(bundle.modules):
        if module.type != "sourcemap":
            (tmp_path / f"module{number}").write_bytes(module.content)
            embedded.append(f'(name = {json.dumps(module.name)}, {kinds[module.type]} = embed "module{number}")')
    (tmp_path / "config.capnp").write_text(
        'using Workerd = import "/workerd/workerd.capnp";\n'
        'const config :Workerd.Config = (services = [(name = "main", worker = .worker)],\n'
        '  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);\n'
        f"const worker :Workerd.Worker = (modules = [{', '.join(embedded)}],\n"
        f'  compatibilityDate = "2026-06-01", compatibilityFlags = {json.dumps(flags)});\n'
    )
    process = subprocess.Popen(
        [toolchain.workerd(), "serve", "--control-fd=1", tmp_path / "config.capnp"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port = json.loads(process.stdout.readline())["port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as response:
            return json.load(response)
    finally:
        process.kill()
        process.communicate()


def test_the_example_builds(folder: Folder) -> None:
    shutil.copytree(EXAMPLE, folder.root, dirs_exist_ok=True)
    bundle = folder.build()
    assert [(module.name, module.type) for module in bundle.modules] == [
        ("index.js", "esm"),
        ("index.js.map", "sourcemap"),
    ]
    assert bundle.main == "index.js"
    assert bundle.size == len(bundle.modules[0].content)
    assert re.fullmatch("[0-9a-f]{64}", bundle.digest)
    assert "//# sourceMappingURL=index.js.map" in code(bundle)
    assert folder.reports.warnings == []


def test_nothing_is_left_in_the_project(folder: Folder) -> None:
    folder.put({"src/index.ts": HELLO})
    folder.build()
    assert [path.name for path in folder.root.rglob("*")] == ["src", "index.ts"]


def test_files_that_rules_match_become_modules_that_the_runtime_finds(folder: Folder, tmp_path: Path) -> None:
    folder.put(
        {
            "src/index.ts": """
                import text from "./a.txt"; import page from "./a.html"; import query from "../b.sql";
                import data from "./c.bin"; import wasm from "./d.wasm"; import again from "./d.wasm?module";
                import notes from "./e.md"; import page2 from "pkg/page.html"; import config from "./f.json";
                export default { async fetch() { return Response.json({
                    text, page, query, data: data.byteLength, wasm: wasm instanceof WebAssembly.Module,
                    again: again instanceof WebAssembly.Module, notes, page2, config,
                    dynamic: (await import("./a.txt")).default,
                }) } };""",
            "src/a.txt": "text",
            "src/a.html": "<p>",
            "b.sql": "SELECT 1",
            "src/c.bin": b"\0\1\2",
            "src/d.wasm": WASM,
            "src/e.md": "# Notes",
            "src/f.json": '{"key": 1}',
            "node_modules/pkg/package.json": '{"name": "pkg"}',
            "node_modules/pkg/page.html": "<b>",
        }
    )
    bundle = folder.build({"rules": [{"type": "Text", "globs": ["**/*.md"]}]})
    types = {re.sub("^[A-Z0-9]{8}-", "", module.name): module.type for module in bundle.modules}
    assert types == {
        "index.js": "esm",
        "a.txt": "text",
        "a.html": "text",
        "b.sql": "text",
        "page.html": "text",
        "c.bin": "data",
        "d.wasm": "wasm",
        "d.wasm?module": "wasm",
        "e.md": "text",
        "index.js.map": "sourcemap",
    }
    assert [module.name for module in bundle.modules][1:-1] == sorted(m.name for m in bundle.modules[1:-1])
    (tmp_path / "run").mkdir()
    assert answer(bundle, [], tmp_path / "run") == {
        "text": "text",
        "page": "<p>",
        "query": "SELECT 1",
        "data": 3,
        "wasm": True,
        "again": True,
        "notes": "# Notes",
        "page2": "<b>",
        "config": {"key": 1},
        "dynamic": "text",
    }


def test_file_names_can_be_preserved(folder: Folder) -> None:
    folder.put(
        {
            "src/index.ts": 'import a from "./x/a.txt"; import b from "./y/a.txt"; export default { a, b };',
            "src/x/a.txt": "x",
            "src/y/a.txt": "y",
        }
    )
    modules = by_name(folder.build({"preserve_file_names": True}))
    assert modules["x/a.txt"].content == b"x"
    assert modules["y/a.txt"].content == b"y"


def test_typescript_jsx_aliases_and_definitions_reach_the_code(folder: Folder) -> None:
    folder.put(
        {
            "src/index.js": """
                import { where } from "@shared/place"; import { DurableObject } from "cloudflare:workers";
                const h = (tag) => tag;
                export class Room extends DurableObject {}
                const env = process.env.NODE_ENV; const ua = navigator.userAgent;
                export default { view: <main/>, where, VERSION, env, ua };""",
            "shared/place.ts": 'export const where: string = "shared";',
        }
    )
    built = code(folder.build({"jsx_factory": "h", "define": {"VERSION": '"1.2"'}}, main="src/index.js"))
    assert 'h("main", null)' in built
    assert 'where = "shared"' in built
    assert 'VERSION: "1.2"' in built
    assert 'env = "production"' in built
    assert 'ua = "Cloudflare-Workers"' in built
    assert 'from "cloudflare:workers"' in built


def test_the_source_map_names_files_relative_to_the_project(folder: Folder) -> None:
    folder.put(
        {
            "src/index.ts": 'import { a } from "./deep/a"; import x from "x"; export default { a, x };',
            "src/deep/a.ts": "export const a = 1;",
            "node_modules/x/index.js": "export default 1;",
        }
    )
    content = by_name(folder.build())["index.js.map"].content
    document = json.loads(content)
    assert sorted(document["sources"]) == ["node_modules/x/index.js", "src/deep/a.ts", "src/index.ts"]
    assert "export const a = 1;" in document["sourcesContent"]
    assert str(folder.root).encode() not in content


def test_the_source_map_can_be_left_out(folder: Folder) -> None:
    folder.put({"src/index.ts": HELLO})
    bundle = folder.build({"upload_source_maps": False})
    assert [module.name for module in bundle.modules] == ["index.js"]
    assert "sourceMappingURL" not in code(bundle)


def test_the_digest_is_the_same_wherever_the_project_lies(folder: Folder, another_folder: Callable[[], Folder]) -> None:
    files: dict[str, str | bytes] = {
        "src/index.ts": 'import t from "./a.txt"; import x from "x"; import f from "fs"; export default { t, x, f };',
        "src/a.txt": "text",
        "node_modules/x/index.js": 'module.exports = require("path");',
    }
    config = {"compatibility_flags": ["nodejs_compat"]}
    other = another_folder()
    folder.put(files)
    other.put(files)
    bundle = folder.build(config)
    assert other.build(config) == bundle
    other.put({"src/a.txt": "another text"})
    assert other.build(config).digest != bundle.digest


def test_builtin_modules_work_by_bare_name_and_by_require(folder: Folder, tmp_path: Path) -> None:
    folder.put(
        {
            "src/index.ts": """
                import path from "path"; import { Buffer } from "node:buffer"; import pkg from "pkg";
                export default { fetch() { return Response.json({
                    path: path.join("a", "b"), hex: Buffer.from("hi").toString("hex"), pkg,
                }) } };""",
            "node_modules/pkg/index.js": """
                const path = require("path"); const { EventEmitter } = require("node:events");
                const process = require("process/browser");
                module.exports = { base: path.basename("/x/y"), emitter: typeof EventEmitter, process };""",
            "node_modules/process/package.json": '{"name": "process", "main": "index.js"}',
            "node_modules/process/browser.js": 'module.exports = "the one from npm";',
        }
    )
    bundle = folder.build({"compatibility_flags": ["nodejs_compat"]})
    # One line was put before the code, so the map has one line without a mapping more.
    assert json.loads(by_name(bundle)["index.js.map"].content)["mappings"].startswith(";")
    (tmp_path / "run").mkdir()
    assert answer(bundle, ["nodejs_compat"], tmp_path / "run") == {
        "path": "a/b",
        "hex": "6869",
        "pkg": {"base": "y", "emitter": "function", "process": "the one from npm"},
    }


def test_a_project_without_require_gets_no_import_of_node_modules(folder: Folder) -> None:
    folder.put({"src/index.ts": HELLO})
    assert "node:" not in code(folder.build({"compatibility_flags": ["nodejs_compat"]}))


def test_async_hooks_are_available_with_their_own_flag(folder: Folder) -> None:
    folder.put({"src/index.ts": 'import { AsyncLocalStorage as A } from "node:async_hooks"; export default { A };'})
    assert '"node:async_hooks"' in code(folder.build({"compatibility_flags": ["nodejs_als"]}))


def test_warnings_are_passed_on(folder: Folder) -> None:
    folder.put({"src/index.ts": "export default { fetch() { return typeof this === 'text'; } };"})
    folder.build()
    assert len(folder.reports.warnings) == 1
    assert "src/index.ts:1:" in folder.reports.warnings[0]


def test_modules_found_by_rules_are_added_to_a_bundle(folder: Folder) -> None:
    folder.put(
        {
            "src/index.ts": "export default { load: (name: string) => import(`./lang/${name}.mjs`) };",
            "src/lang/de.mjs": 'export default "Hallo";',
        }
    )
    rules = [{"type": "ESModule", "globs": ["**/*.mjs"]}]
    modules = by_name(folder.build({"find_additional_modules": True, "rules": rules}))
    assert modules["lang/de.mjs"].type == "esm"
    assert "lang/de.mjs" not in by_name(folder.build({"rules": rules}))


def test_a_project_reached_by_a_symlink_or_a_relative_path_builds_the_same(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put({"src/index.ts": 'import t from "./a.txt"; export default { t };', "src/a.txt": "text"})
    bundle = folder.build()
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(folder.root)
    monkeypatch.chdir(folder.root)
    for root in (link, Path()):
        folder.root = root
        assert folder.build() == bundle
