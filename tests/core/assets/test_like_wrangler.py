"""Paths and hashes are wrangler's: what it has uploaded need not be sent again."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from aerostack import toolchain

if TYPE_CHECKING:
    from conftest import Site

# What wrangler does with each file, with its own libraries.
_PROGRAM = """
const { readFileSync } = require("node:fs");
const { basename, extname } = require("node:path");
const { hash } = require("blake3-wasm");
const files = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(files.map((file) =>
  hash(readFileSync(file).toString("base64") + extname(file).substring(1)).toString("hex").slice(0, 32))));
"""


def test_hashes_are_those_of_wrangler(site: Site) -> None:
    names = ["index.html", "a.tar.gz", "LICENSE", ".nojekyll", "..x", "end.", "caf\u00e9.PNG", "sub.dir/plain"]
    site.put({name: bytes(range(256)) * (number * 13) for number, name in enumerate(names)})
    found = site.collect().files
    wrangler = toolchain.wrangler()
    node, script = wrangler.argv[0], wrangler.argv[-1]
    done = subprocess.run(
        [node, "-e", _PROGRAM],
        cwd=script.partition("/node_modules/")[0],
        input=json.dumps([str(asset.file) for asset in found]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [asset.hash for asset in found] == json.loads(done.stdout)
    assert len(found) == len(names)
