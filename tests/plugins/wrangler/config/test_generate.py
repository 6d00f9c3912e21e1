"""Paths, ids and aliases of the generated configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerostack import project
from aerostack_wrangler.config import generate

UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
HEX = "0123456789abcdef0123456789abcdef"
HEAD = 'name = "api"\nmain = "./src/index.ts"\ncompatibility_date = "2026-06-01"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.ts").write_text("export default {}\n")
    return tmp_path


def test_every_path_holds_in_the_other_folder(root: Path) -> None:
    (root / "Dockerfile").touch()
    (root / "aerostack.toml").write_text(
        HEAD
        + """
"$schema" = "node_modules/wrangler/config-schema.json"
base_dir = "src"
tsconfig = "./tsconfig.json"
site = { bucket = "public", include = ["*.html"] }
assets = { directory = "/srv/static" }
build = { command = "make", cwd = "web" }
wasm_modules = { A = "a.wasm" }
text_blobs = { B = "b.txt" }
data_blobs = { C = "c.bin" }
alias = { left = "./left.ts", right = "right-package" }
rules = [{ type = "Text", globs = ["**/*.md"] }]
[[d1_databases]]
binding = "DB"
[[d1_databases]]
binding = "DB2"
migrations_dir = "sql"
migrations_pattern = "sql/*/up.sql"
[[containers]]
class_name = "A"
image = "./Dockerfile"
image_build_context = "."
[[containers]]
class_name = "B"
image = "registry.example.com/b:1"
images = { c = { dockerfile = "c/Dockerfile" } }
[[previews.d1_databases]]
binding = "DB"
migrations_dir = "sql"
"""
    )
    loaded = project.load(root / "aerostack.toml", None)
    ids = {"d1/DB": UUID, "d1/DB2": UUID.replace("a", "b"), "queue/x": "unknown"}
    assert generate(loaded, ids, root / ".aerostack" / "wrangler") == {
        "name": "api",
        "main": "../../src/index.ts",
        "compatibility_date": "2026-06-01",
        "$schema": "../../node_modules/wrangler/config-schema.json",
        "base_dir": "../../src",
        "tsconfig": "../../tsconfig.json",
        "site": {"bucket": "../../public", "include": ["*.html"]},
        "assets": {"directory": "/srv/static"},
        "build": {"command": "make", "cwd": "web", "watch_dir": "../../src"},
        "wasm_modules": {"A": "../../a.wasm"},
        "text_blobs": {"B": "../../b.txt"},
        "data_blobs": {"C": "../../c.bin"},
        "alias": {"left": "../../left.ts", "right": "right-package"},
        "rules": [{"type": "Text", "globs": ["**/*.md"]}],
        "d1_databases": [
            {
                "binding": "DB",
                "database_name": "api-db",
                "database_id": UUID,
                "migrations_dir": "../../migrations",
            },
            {
                "binding": "DB2",
                "database_name": "api-db2",
                "database_id": UUID.replace("a", "b"),
                "migrations_dir": "../../sql",
                "migrations_pattern": "../../sql/*/up.sql",
            },
        ],
        "containers": [
            {"class_name": "A", "image": "../../Dockerfile", "image_build_context": "../.."},
            {
                "class_name": "B",
                "image": "registry.example.com/b:1",
                "images": {"c": {"dockerfile": "../../c/Dockerfile"}},
            },
        ],
        "previews": {"d1_databases": [{"binding": "DB", "migrations_dir": "../../sql"}]},
    }


def test_a_real_id_replaces_the_placeholder_and_the_project_stays_as_it_is(root: Path) -> None:
    (root / "aerostack.toml").write_text(HEAD + '[[kv_namespaces]]\nbinding = "KV"\nid = "YOUR_KV_ID_HERE"\n')
    loaded = project.load(root / "aerostack.toml", None)
    assert generate(loaded, {}, root)["kv_namespaces"] == [{"binding": "KV", "id": "YOUR_KV_ID_HERE"}]
    assert generate(loaded, {"kv/KV": HEX}, root)["kv_namespaces"] == [{"binding": "KV", "id": HEX}]
    assert loaded.config["kv_namespaces"] == [{"binding": "KV", "id": "YOUR_KV_ID_HERE"}]


def test_the_folder_shared_is_imported_as_it_is_with_our_own_bundler(root: Path) -> None:
    """wrangler replaces whole specifiers with existing files, so each one that code may write is listed."""
    for name in ("index.ts", "both.ts", "both.js", "deep/index.js", "data.json", "node_modules/x/index.js"):
        file = root / "shared" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (root / "aerostack.toml").write_text(HEAD + 'alias = { "@shared/data.json" = "./mine.json" }\n')
    loaded = project.load(root / "aerostack.toml", None)
    assert generate(loaded, {}, root)["alias"] == {
        "@shared": "./shared/index.ts",
        "@shared/both": "./shared/both.ts",
        "@shared/both.js": "./shared/both.js",
        "@shared/both.ts": "./shared/both.ts",
        "@shared/data.json": "./mine.json",
        "@shared/deep": "./shared/deep/index.js",
        "@shared/deep/index": "./shared/deep/index.js",
        "@shared/deep/index.js": "./shared/deep/index.js",
        "@shared/index": "./shared/index.ts",
        "@shared/index.js": "./shared/index.ts",
        "@shared/index.ts": "./shared/index.ts",
    }


def test_nothing_of_our_own_and_no_value_of_a_secret_reaches_wrangler(root: Path) -> None:
    (root / "aerostack.toml").write_text(
        HEAD
        + """
description = "d"
tags = ["t"]
[deploy]
backend = "wrangler"
[backend.wrangler]
x = 1
[secrets]
API_KEY = "where to get it"
[vars]
API_KEY = "sk-1"
[environments.live]
"""
    )
    generated = generate(project.load(root / "aerostack.toml", "live"), {}, root)
    assert generated == {
        "name": "api-live",
        "main": "src/index.ts",
        "compatibility_date": "2026-06-01",
        "secrets": {"required": ["API_KEY"]},
    }
