"""Static files that a project has uploaded: kept by their hash, each once.

What one project has sent is nobody else's: who knows a hash gets neither the file nor the knowledge that it is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, insert, select

from aerostack.assets import asset_hash
from aerostack_server import clock
from aerostack_server.database import tables
from aerostack_server.deploys.artifacts import Artifacts
from aerostack_server.problems import invalid

#: Bytes of a file, as on the platform.
LARGEST = 25 * 1024 * 1024
#: Names that a database takes in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """``hash`` is the platform's, ``digest`` that of the artifact, ``size`` in bytes."""

    hash: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it comes in. Of ``name`` the extension counts, which is a part of the hash."""

    name: str
    content: bytes


def find(connection: Connection, project_id: str, hashes: Collection[str]) -> dict[str, Kept]:
    """Those of the files that the project has uploaded."""
    table, found = tables.assets, dict[str, Kept]()
    for some in _portions(hashes):
        wanted = select(table.c.hash, table.c.digest, table.c.size)
        rows = connection.execute(wanted.where(table.c.project_id == project_id, table.c.hash.in_(some)))
        found |= {row.hash: Kept(row.hash, row.digest, row.size) for row in rows}
    return found


def keep(artifacts: Artifacts, files: Mapping[str, Sent]) -> list[Kept]:
    """Keep files, given by their hashes. In a thread. Raises ``Problem`` for one that is another than its hash says."""
    for known, file in files.items():
        if len(file.content) > LARGEST:
            raise invalid(f"the file {known} has more than {LARGEST // 1024**2} MiB")
        if asset_hash(file.content, file.name) != known:
            # Under a hash that is not its own, a file would be published wherever the true one is meant.
            raise invalid(f"the file {known} is not what its hash says: it was damaged on the way")
    return [_kept(artifacts, known, file.content) for known, file in files.items()]


def note(connection: Connection, project_id: str, files: Iterable[Kept]) -> None:
    """Remember that the project has uploaded them."""
    made = {file.hash: file for file in files}
    for known in find(connection, project_id, made):
        del made[known]
    now = clock.now()
    rows = [
        {"project_id": project_id, "hash": file.hash, "digest": file.digest, "size": file.size, "created_at": now}
        for file in made.values()
    ]
    if rows:
        connection.execute(insert(tables.assets), rows)


def _kept(artifacts: Artifacts, known: str, content: bytes) -> Kept:
    return Kept(known, artifacts.put(content), len(content))


def _portions(hashes: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(hashes)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
