"""What is remembered of files that nobody touched, and what is never believed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aerostack.assets import asset_hash
from aerostack.assets.memory import Memory, recall

if TYPE_CHECKING:
    from conftest import Site

#: A folder of files that are older than this test.
OLD = Path(__file__).parents[3] / "examples/demo-api"


def memory_of(site: Site) -> Path:
    (found,) = (site.root / ".aerostack/assets").glob("*.json")
    return found


def remembered(site: Site, began: int) -> Memory:
    """A memory of all files, made at another moment."""
    memory = Memory(recall(site.project(), site.public).path, {}, began)
    for file in site.public.rglob("*"):
        memory.note(file.name, file.stat(), asset_hash(file.read_bytes(), file.name))
    memory.keep()
    return recall(site.project(), site.public)


def test_a_file_that_nobody_touched_is_not_hashed_again(site: Site) -> None:
    directory = os.path.relpath(OLD, site.root)
    first = site.collect(directory=directory)
    path = memory_of(site)
    document: dict[str, list[Any]] = json.loads(path.read_text())
    assert {f"/{name}" for name in document} == {file.path for file in first.files}
    # What is remembered is taken, so that this shows.
    for entry in document.values():
        entry[-1] = "0" * 32
    path.write_text(json.dumps(document))
    assert {file.hash for file in site.collect(directory=directory).files} == {"0" * 32}
    path.unlink()
    assert site.collect(directory=directory) == first
    assert (site.root / ".aerostack/.gitignore").read_text() == "*\n"


def test_any_change_is_seen(site: Site) -> None:
    site.put({"a.txt": "before", "b.txt": "stays"})
    file, other = site.public / "a.txt", site.public / "b.txt"
    before = file.stat()
    memory = remembered(site, time.time_ns() + 10**12)
    assert memory.known("a.txt", before) == asset_hash(b"before", "a.txt")
    assert memory.known("moved.txt", before) is None
    # Of the same size, in place, and with the moment of the change put back.
    file.write_text("behind")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert memory.known("a.txt", file.stat()) is None
    assert memory.known("b.txt", other.stat()) is not None


def test_a_file_that_was_just_changed_is_not_remembered(site: Site) -> None:
    site.put({"a.txt": "text"})
    memory = remembered(site, time.time_ns())
    assert memory.known("a.txt", (site.public / "a.txt").stat()) is None


def test_what_is_gone_is_forgotten(site: Site) -> None:
    site.put({"a.txt": "text", "b.txt": "text"})
    memory = remembered(site, time.time_ns() + 10**12)
    assert memory.known("a.txt", (site.public / "a.txt").stat())
    memory.keep()
    assert set(json.loads(memory.path.read_text())) == {"a.txt"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "[" * 100_000, '{"a.txt": []}', '{"a.txt": 1}', '{"a.txt": [0, "x"]}']
)
def test_a_memory_that_is_none_costs_nothing_but_time(site: Site, content: str) -> None:
    site.put({"a.txt": "text"})
    path = recall(site.project(), site.public).path
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert [file.hash for file in site.collect().files] == [asset_hash(b"text", "a.txt")]


def test_nothing_is_written_through_a_link(site: Site) -> None:
    site.put({"a.txt": "text"})
    victim = site.root / "victim"
    victim.write_text("mine")
    path = recall(site.project(), site.public).path
    path.parent.mkdir(parents=True)
    path.symlink_to(victim)
    memory = Memory(path, {}, time.time_ns() + 10**12)
    memory.note("a.txt", (site.public / "a.txt").stat(), "0" * 32)
    memory.keep()
    assert site.paths() == ["/a.txt"]
    assert victim.read_text() == "mine"
