"""Which files are kept, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from aerostack_edge.assets.files import Files, MissingFilesError, Upload
from aerostack_edge.assets.manifest import Entry
from aerostack_edge.model import Startup
from aerostack_edge.state import scripts, versions
from aerostack_edge.state.blobs import Blobs
from aerostack_edge.state.database import Database
from aerostack_edge.state.versions import Content, StoredAssets, StoredModule, Version

ONE, TWO = "1" * 32, "2" * 32


class Disk:
    """The state of an edge that nobody talks to."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self.database, self.blobs = database, blobs
        self.files = Files(database, blobs)

    async def upload(self, hash: str, content: bytes = b"x") -> None:
        await self.files.store([Upload(hash=hash, content=content, content_type="text/plain")])

    async def version(self, manifest: str) -> StoredAssets:
        """Record a version with assets and a module; what it stores of the assets."""
        (digest,) = self.blobs.put([b"code"])
        assets = StoredAssets(manifest=manifest, config={"html_handling": "none"})
        module = StoredModule(name="a.js", type="esm", digest=digest, size=4)
        version = Version(
            id=versions.new_id(),
            script="demo",
            number=1,
            created_on="2026",
            content=Content(main_module="a.js", modules=(module,), assets=assets),
            annotations={},
            startup=Startup(milliseconds=1),
        )

        def record(connection):
            scripts.ensure(connection, "demo")
            versions.record(connection, version, {})
            found = versions.latest(connection, "demo")
            assert found == version
            return found.content.assets

        return await self.database.write(record)

    async def hours_pass(self) -> None:
        await self.database.write(
            lambda connection: connection.execute("UPDATE asset_sessions SET created_on = '2000'")
        )

    def names(self) -> set[str]:
        return {path.name for path in self.blobs.folder.iterdir()}


@pytest.fixture
def on_disk(tmp_path) -> Callable[[Callable[[Disk], Awaitable[None]]], None]:
    """Run a coroutine with an empty disk."""

    def run(scenario: Callable[[Disk], Awaitable[None]]) -> None:
        database = Database(tmp_path / "state.sqlite")
        try:
            asyncio.run(scenario(Disk(database, Blobs(tmp_path / "blobs"))))
        finally:
            database.close()

    return run


def test_what_was_uploaded_is_kept_as_long_as_its_session(on_disk):
    async def scenario(disk):
        wanted = {"/a": Entry(ONE, 1), "/b": Entry(TWO, 1)}
        session = await disk.files.begin(wanted)
        await disk.upload(ONE)
        await disk.files.sweep()
        assert await disk.files.session(session) == wanted
        assert await disk.files.missing(wanted) == {TWO: 1}
        await disk.hours_pass()
        await disk.files.sweep()
        assert await disk.files.session(session) is None
        assert await disk.files.missing(wanted) == {ONE: 1, TWO: 1}
        assert disk.names() == set()

    on_disk(scenario)


def test_what_a_version_serves_is_kept_as_long_as_the_version(on_disk):
    async def scenario(disk):
        wanted = {"/a": Entry(ONE, 1), "/again": Entry(ONE, 1)}
        await disk.files.begin(wanted)
        await disk.upload(ONE)
        await disk.upload(TWO, b"not in the version")
        stored = await disk.version(await disk.files.settled(wanted))
        await disk.hours_pass()
        await disk.files.sweep()
        assert len(disk.names()) == 3  # the module, the manifest and the file
        assert await disk.files.missing({**wanted, "/b": Entry(TWO, 1)}) == {TWO: 1}
        served = await disk.files.read(stored)
        assert {path: (file.hash, file.content_type) for path, file in served.files.items()} == {
            "/a": (ONE, "text/plain"),
            "/again": (ONE, "text/plain"),
        }
        assert (served.folder / served.files["/a"].name).read_bytes() == b"x"
        assert served.config.html_handling == "none"
        await disk.database.write(scripts.delete, "demo")
        await disk.files.sweep()
        assert disk.names() == set()

    on_disk(scenario)


def test_of_one_hash_the_first_content_stays(on_disk):
    async def scenario(disk):
        await disk.upload(ONE, b"first")
        await disk.upload(ONE, b"second")
        stored = await disk.version(await disk.files.settled({"/a": Entry(ONE, 5)}))
        served = await disk.files.read(stored)
        assert (served.folder / served.files["/a"].name).read_bytes() == b"first"

    on_disk(scenario)


def test_a_version_is_not_made_of_files_that_are_missing(on_disk):
    async def scenario(disk):
        await disk.upload(ONE)
        with pytest.raises(MissingFilesError) as error:
            await disk.files.settled({"/a": Entry(ONE, 1), "/b": Entry(TWO, 1)})
        assert error.value.paths == ("/b",)

    on_disk(scenario)
