from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aerostack.errors import BundleError, UnsupportedError

if TYPE_CHECKING:
    from conftest import Folder

HELLO = "export default { fetch() {} };"


def fail(folder: Folder, source: str, config: dict[str, Any] | None = None) -> BundleError:
    folder.put({"src/index.ts": source})
    with pytest.raises(BundleError) as raised:
        folder.build(config)
    return raised.value


def test_a_syntax_error_has_esbuilds_words_and_its_place(folder: Folder) -> None:
    error = fail(folder, "const a = 1;\nexport default { fetch() { return a +; } };")
    assert error.message == (
        'Unexpected ";"\n'
        "\n"
        "    src/index.ts:2:37:\n"
        "      2 │ export default { fetch() { return a +; } };\n"
        "        ╵                                      ^"
    )
    assert error.where is not None
    assert (error.where.path, error.where.line, error.where.column) == (folder.root / "src/index.ts", 2, 38)


def test_all_errors_are_shown(folder: Folder) -> None:
    error = fail(folder, 'import "./one"; import "./two"; export default {};')
    assert error.message.startswith('2 errors\n\nCould not resolve "./one"\n')
    assert '\n\nCould not resolve "./two"\n' in error.message


def test_warnings_are_no_part_of_an_error(folder: Folder) -> None:
    error = fail(folder, 'import "./one"; export default { x: typeof 1 === "x" };')
    assert error.message == (
        'Could not resolve "./one"\n'
        "\n"
        "    src/index.ts:1:7:\n"
        '      1 │ import "./one"; export default { x: typeof 1 === "x" };\n'
        "        ╵        ~~~~~~~"
    )
    assert error.hint == '"./one" is relative to the file that imports it: correct the path, or add the file'


def test_a_file_with_a_similar_name_is_suggested(folder: Folder) -> None:
    folder.put({"src/database.ts": "export const a = 1;"})
    error = fail(folder, 'import { a } from "./databse"; export default { a };')
    assert error.hint == "is it database.ts? That file is there"


def test_a_missing_file_behind_an_alias_is_named_by_both_names(folder: Folder) -> None:
    folder.put({"shared/there.ts": "export const a = 1;"})
    error = fail(folder, 'import { a } from "@shared/missing"; export default { a };')
    assert error.hint == 'add the file shared/missing, or correct the import of "@shared/missing"'


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({}, "hono is not in package.json; run: npm install hono"),
        ({"package.json": "{}"}, "hono is not in package.json; run: npm install hono"),
        (
            {"package.json": '{"dependencies": {"hono": "4"}}'},
            "hono is in package.json but not installed; run: npm install",
        ),
        (
            {"package.json": '{"devDependencies": {"hono": "4"}}', "pnpm-lock.yaml": ""},
            "hono is in package.json but not installed; run: pnpm install",
        ),
        ({"yarn.lock": ""}, "hono is not in package.json; run: yarn add hono"),
        ({"bun.lock": ""}, "hono is not in package.json; run: bun add hono"),
    ],
)
def test_a_missing_package_comes_with_the_command(folder: Folder, files: dict[str, str], hint: str) -> None:
    folder.put(files)
    error = fail(folder, 'import { Hono } from "hono/tiny"; export default new Hono();')
    assert error.message == (
        'Could not resolve "hono/tiny"\n'
        "\n"
        "    src/index.ts:1:21:\n"
        '      1 │ import { Hono } from "hono/tiny"; export default new Hono();\n'
        "        ╵                      ~~~~~~~~~~~"
    )
    assert error.hint == hint


def test_in_a_workspace_the_lock_file_is_further_up(folder: Folder) -> None:
    folder.put({"pnpm-lock.yaml": ""})
    folder.root = folder.root / "packages" / "api"
    error = fail(folder, 'import x from "@scope/name/part"; export default x;')
    assert error.hint == "@scope/name is not in package.json; run: pnpm add @scope/name"


@pytest.mark.parametrize("specifier", ["@/lib/a", "~/lib/a", "#lib"])
def test_an_undeclared_alias_is_told_from_a_package(folder: Folder, specifier: str) -> None:
    error = fail(folder, f'import x from "{specifier}"; export default x;')
    assert error.hint == (
        f'declare what "{specifier}" stands for: under [alias] in aerostack.toml, or as paths in tsconfig.json'
    )


@pytest.mark.parametrize(
    ("flags", "hint"),
    [
        ([], 'set compatibility_flags = ["nodejs_compat"] in aerostack.toml'),
        (["a"], 'set compatibility_flags = ["a", "nodejs_compat"] in aerostack.toml'),
    ],
)
def test_builtin_modules_by_bare_name_need_the_flag(folder: Folder, flags: list[str], hint: str) -> None:
    error = fail(folder, 'import fs from "fs"; export default { fs };', {"compatibility_flags": flags})
    assert error.message == (
        'Could not resolve "fs"\n'
        "\n"
        "    src/index.ts:1:15:\n"
        '      1 │ import fs from "fs"; export default { fs };\n'
        "        ╵                ~~~~"
    )
    assert error.hint == hint


def test_builtin_modules_by_full_name_need_the_flag(folder: Folder) -> None:
    error = fail(folder, 'export default {};\nimport "node:fs";')
    assert error.message == '"node:fs" is a module of Node.js, and this Worker may not use those'
    assert error.hint == 'set compatibility_flags = ["nodejs_compat"] in aerostack.toml'
    assert str(error.where) == "index.ts:2:8"


def test_a_guarded_import_needs_no_flag(folder: Folder) -> None:
    folder.put({"src/index.ts": 'export default { async fetch() { try { await import("node:fs"); } catch {} } };'})
    assert folder.build().main == "index.js"


def test_the_service_worker_format_is_refused_with_words(folder: Folder) -> None:
    error = fail(folder, 'addEventListener("fetch", (event) => event.respondWith(new Response("hi")));')
    assert error.message == (
        "src/index.ts is in the service-worker format, which has no bindings to D1, KV and the like"
    )
    assert error.hint == "write it as an ES module: export default { async fetch(request, env) { … } }"
    assert str(error.where) == "index.ts"


def test_an_entry_point_without_default_export_is_refused(folder: Folder) -> None:
    error = fail(folder, "export const fetch = 1;")
    assert error.message == "src/index.ts has no default export"


def test_an_impossible_alias_names_its_place(folder: Folder) -> None:
    error = fail(folder, HELLO, {"alias": {"./a": "./b"}})
    assert error.message == 'Invalid alias name: "./a"'
    assert str(error.where) == "aerostack.toml:3:1"


def test_source_phase_imports_come_with_the_way_out(folder: Folder) -> None:
    folder.put({"src/a.wasm": b"\0asm\1\0\0\0"})
    error = fail(folder, 'import source a from "./a.wasm"; export default { a };')
    assert error.hint == 'import it without the phase: import module from "./file.wasm"'


def test_python_is_refused_with_words(folder: Folder) -> None:
    folder.put({"src/main.py": ""})
    with pytest.raises(UnsupportedError) as raised:
        folder.build(main="src/main.py")
    assert raised.value.message == "Workers in Python cannot be deployed yet, and src/main.py is one"
    assert raised.value.hint == "the entry point has to be JavaScript or TypeScript"


def test_no_entry_point_is_an_error(folder: Folder) -> None:
    with pytest.raises(BundleError) as raised:
        folder.build(main=None)
    assert raised.value.message == "there is no code to build: the project has no entry point"
    assert raised.value.hint == 'set it in aerostack.toml, for example: main = "src/index.ts"'


@pytest.mark.parametrize(("main", "problem"), [("src/nope.ts", "does not exist"), ("src", "is a folder")])
def test_a_wrong_entry_point_is_an_error(folder: Folder, main: str, problem: str) -> None:
    folder.put({"src/index.ts": HELLO})
    with pytest.raises(BundleError) as raised:
        folder.build(main=main)
    assert raised.value.message == f"the entry point {main} {problem}"
    assert raised.value.hint == (
        "correct `main` in aerostack.toml, or set [build] command if a tool generates the file"
    )
    assert str(raised.value.where) == "aerostack.toml:1:1"


def test_too_much_code_is_refused_before_any_upload(folder: Folder) -> None:
    folder.put({"src/index.ts": 'import data from "./big.bin"; export default { data };'})
    with (folder.root / "src" / "big.bin").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(BundleError) as raised:
        folder.build({"preserve_file_names": True})
    assert raised.value.message == (
        "the code is 65.0 MiB, and a Worker may have 64.0 MiB; the largest module is big.bin with 65.0 MiB"
    )
    assert raised.value.hint == (
        "serve large files from R2 or as static assets, set minify = true, or drop dependencies"
    )
