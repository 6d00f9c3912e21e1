"""State: what is on disk when a write returns, and what is not."""

from __future__ import annotations

import asyncio
import sqlite3
import stat

import pytest

from aerostack.errors import AerostackError
from aerostack_edge.state import resources
from aerostack_edge.state.blobs import Blobs
from aerostack_edge.state.database import MIGRATIONS, Database


def test_a_write_that_fails_changes_nothing(tmp_path):
    async def run():
        database = Database(tmp_path / "state.sqlite")
        try:
            await database.write(resources.create, "d1", "1", "a", {})

            def half(connection: sqlite3.Connection) -> None:
                resources.create(connection, "d1", "2", "b", {})
                resources.create(connection, "d1", "3", "a", {})

            with pytest.raises(resources.NameTakenError):
                await database.write(half)
            return [item.name for item in await database.read(resources.listed, "d1")]
        finally:
            database.close()

    assert asyncio.run(run()) == ["a"]
    assert stat.S_IMODE((tmp_path / "state.sqlite").stat().st_mode) == 0o600


def test_a_database_of_a_newer_release_is_left_alone(tmp_path):
    path = tmp_path / "state.sqlite"
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(AerostackError) as caught:
        Database(path)
    assert str(caught.value) == (
        f"{tmp_path} was written by a newer release of aerostack (schema {len(MIGRATIONS) + 1}, this one knows "
        f"{len(MIGRATIONS)})"
    )
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("upgrade: pip install -U 'aerostack[edge]'")


def test_equal_contents_are_stored_once_and_only_what_is_needed_is_kept(tmp_path):
    blobs = Blobs(tmp_path / "blobs")
    first, second, third = blobs.put([b"a", b"a", b"b"])
    assert first == second != third
    assert blobs.get(first) == b"a"
    assert {path.name for path in (tmp_path / "blobs").iterdir()} == {first, third}
    blobs.keep({third})
    assert {path.name for path in (tmp_path / "blobs").iterdir()} == {third}
