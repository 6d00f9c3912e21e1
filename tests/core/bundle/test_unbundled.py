from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aerostack.errors import BundleError, ConfigError

if TYPE_CHECKING:
    from conftest import Folder

HELLO = 'import { a } from "./lib/a.js"; export default { fetch() { return new Response(a); } };'
RULES = [{"type": "ESModule", "globs": ["**/*.js"]}]


def test_files_are_taken_as_they_are(folder: Folder) -> None:
    folder.put(
        {
            "dist/index.js": HELLO,
            "dist/lib/a.js": "export const a = 1;",
            "dist/page.html": "<p>",
            "dist/.cache/b.js": "left out",
            "dist/node_modules/c.js": "left out",
            "dist/readme.md": "no rule",
        }
    )
    bundle = folder.build({"no_bundle": True, "rules": RULES}, main="dist/index.js")
    assert [(module.name, module.type) for module in bundle.modules] == [
        ("index.js", "esm"),
        ("lib/a.js", "esm"),
        ("page.html", "text"),
    ]
    assert bundle.modules[0].content.decode() == HELLO


def test_base_dir_says_what_names_are_relative_to(folder: Folder) -> None:
    folder.put({"dist/worker/index.js": HELLO, "dist/lib/a.js": "export const a = 1;"})
    config = {"no_bundle": True, "rules": RULES, "base_dir": "dist"}
    bundle = folder.build(config, main="dist/worker/index.js")
    assert [module.name for module in bundle.modules] == ["worker/index.js", "lib/a.js"]


def test_searching_can_be_switched_off(folder: Folder) -> None:
    folder.put({"index.js": HELLO, "page.html": "<p>"})
    bundle = folder.build({"no_bundle": True, "find_additional_modules": False}, main="index.js")
    assert [module.name for module in bundle.modules] == ["index.js"]


def test_typescript_cannot_go_without_bundling(folder: Folder) -> None:
    folder.put({"src/index.ts": HELLO})
    with pytest.raises(BundleError) as raised:
        folder.build({"no_bundle": True})
    assert raised.value.message == (
        "index.ts is no JavaScript module, and with no_bundle = true nothing makes one of it"
    )
    assert raised.value.hint == "remove no_bundle, or name a .js or .mjs file as `main`"
    assert str(raised.value.where) == "aerostack.toml:1:1"


def test_a_symlink_does_not_publish_what_lies_outside(folder: Folder) -> None:
    folder.root = folder.root / "project"
    folder.put({"index.js": HELLO, "../secret.txt": "secret"})
    (folder.root / "notes.txt").symlink_to("../secret.txt")
    with pytest.raises(BundleError) as raised:
        folder.build({"no_bundle": True}, main="index.js")
    assert raised.value.message == "notes.txt leads to a file outside the project"
    assert raised.value.hint == "replace the symlink by the file itself, or narrow the `rules`"


def test_a_pattern_cannot_leave_the_project(folder: Folder) -> None:
    folder.root = folder.root / "project"
    folder.put({"index.js": HELLO, "../secret.md": "secret"})
    config = {"no_bundle": True, "rules": [{"type": "Text", "globs": ["../*.md"]}]}
    assert [module.name for module in folder.build(config, main="index.js").modules] == ["index.js"]
    with pytest.raises(ConfigError) as raised:
        folder.build(config | {"rules": [{"type": "Text", "globs": ["/etc/*"]}]}, main="index.js")
    assert raised.value.message == '"/etc/*" is no pattern for files below the entry point'
    assert raised.value.hint == 'write it relative, such as "**/*.js"'


def test_a_base_dir_beside_the_entry_point_is_an_error(folder: Folder) -> None:
    folder.put({"src/index.js": HELLO, "dist/a.txt": "text"})
    with pytest.raises(ConfigError) as raised:
        folder.build({"no_bundle": True, "base_dir": "dist"}, main="src/index.js")
    assert raised.value.message == "base_dir dist is no folder that holds the entry point"
    assert raised.value.hint == "name a folder above src/index.js, or remove base_dir"
