"""Forgetting the code of deployments that nobody will go back to. Their records stay: who, when, why.

It may run beside any number of servers, and be killed at any point. First deployments are marked, and from then on
nobody rolls back to them; static files that no other one serves are forgotten, and from then on are uploaded again. A
deploy that had looked for its files before has time to be recorded. Then everything that is needed is looked up, and of
the rest what is old is removed: what is new could be of a deploy that has uploaded its code and is not recorded yet.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.deploys.artifacts import Artifacts, MissingArtifactError

#: Seconds for which nothing that was uploaded is removed.
GRACE = 24 * 3600.0
#: Seconds in which a deploy is recorded after it has looked which of its static files are here.
_PAUSE = 10.0
#: Whose code is needed.
_NEEDED = ("queued", "running", "live", "superseded")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """``deployments`` whose code is forgotten, ``files`` of the store that are removed, and their ``size`` in bytes."""

    deployments: int
    files: int
    size: int


class Pruning:
    """In a thread. Everything may raise ``RemoteError`` when the store does not answer: what is done stays done."""

    def __init__(
        self, database: Database, artifacts: Artifacts, *, grace: float = GRACE, pause: float = _PAUSE
    ) -> None:
        self._database = database
        self._artifacts = artifacts
        self._grace = grace
        self._pause = pause

    def outdated(self, *, keep: int, days: float) -> list[str]:
        """The deployments that are to be forgotten.

        Of what was replaced in each environment stay the newest ``keep``, and what is younger than ``days``.
        """
        return self._database.read_now(partial(_outdated, keep=keep, before=clock.now() - round(days * clock.DAY)))

    def forget(self, deployments: Sequence[str]) -> Pruned:
        """Forget the code of these, and remove all that nothing needs."""
        for some in _portions(deployments):
            self._database.write_now(partial(_mark, ids=some))
        projects = self._database.read_now(lambda connection: connection.scalars(select(tables.projects.c.id)).all())
        if sum(self._forget_files(project) for project in projects):
            time.sleep(self._pause)
        needed: set[bytes] = set()
        for project in projects:
            needed |= {bytes.fromhex(digest) for digest in self._needed(project)}
        sizes = [
            size
            for digest in self._artifacts.digests()
            if bytes.fromhex(digest) not in needed
            and (size := self._artifacts.remove_old(digest, self._grace)) is not None
        ]
        return Pruned(deployments=len(deployments), files=len(sizes), size=sum(sizes))

    def _forget_files(self, project: str) -> int:
        """Let static files that no deployment of the project serves be uploaded again; how many there are."""
        served = {hash for document in self._documents(project) for hash, _ in self._files(document)}
        before = clock.now() - round(self._grace * clock.SECOND)
        idle = [row.hash for row in self._uploaded(project) if row.hash not in served and row.created_at < before]
        for some in _portions(idle):
            self._database.write_now(partial(_forget, project=project, hashes=some))
        return len(idle)

    def _needed(self, project: str) -> Iterator[str]:
        for document in self._documents(project):
            yield from (module["sha256"] for module in document["modules"])
            if document.get("assets"):
                yield document["assets"]["manifest"]
            yield from (digest for _, digest in self._files(document))
        yield from (row.digest for row in self._uploaded(project))

    def _documents(self, project: str) -> list[Any]:
        found = self._database.read_now(partial(_documents, project=project))
        return [json.loads(text) for text in found]

    def _files(self, document: Any) -> Iterator[tuple[str, str]]:
        """Hash and digest of its static files."""
        if document.get("assets"):
            try:
                listed = json.loads(self._artifacts.get(document["assets"]["manifest"]))
            except MissingArtifactError:
                return  # nobody can deploy it any more
            yield from ((hash, digest) for hash, _, digest in listed.values())

    def _uploaded(self, project: str) -> Sequence[Any]:
        table = tables.assets
        wanted = select(table.c.hash, table.c.digest, table.c.created_at).where(table.c.project_id == project)
        return self._database.read_now(lambda connection: connection.execute(wanted).all())


def _outdated(connection: Connection, *, keep: int, before: int) -> list[str]:
    table = tables.deployments
    place = func.row_number().over(partition_by=table.c.environment_id, order_by=table.c.number.desc())
    replaced = (
        select(table.c.id, table.c.created_at, place.label("place")).where(table.c.status == "superseded").subquery()
    )
    wanted = select(replaced.c.id).where(replaced.c.place > keep, replaced.c.created_at < before)
    return list(connection.scalars(wanted))


def _mark(connection: Connection, *, ids: Sequence[str]) -> None:
    table = tables.deployments
    connection.execute(
        update(table)
        .where(table.c.id.in_(ids), table.c.status == "superseded")
        .values(status="pruned", log=table.c.log + "its code is not kept any more\n")
    )


def _documents(connection: Connection, *, project: str) -> Sequence[str]:
    table, places = tables.deployments, tables.environments
    wanted = (
        select(table.c.document)
        .join(places, places.c.id == table.c.environment_id)
        .where(places.c.project_id == project, table.c.status.in_(_NEEDED))
    )
    return connection.scalars(wanted).all()


def _forget(connection: Connection, *, project: str, hashes: Sequence[str]) -> None:
    table = tables.assets
    connection.execute(delete(table).where(table.c.project_id == project, table.c.hash.in_(hashes)))


def _portions(of: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(of)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
