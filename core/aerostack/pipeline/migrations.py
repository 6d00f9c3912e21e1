"""Which migrations of a database are applied, and applying those that are not: in order, and only forward."""

from __future__ import annotations

from collections.abc import Iterator

from aerostack.capabilities import Migration, OpenJournals
from aerostack.model import Tools
from aerostack.pipeline.prepare import Prepared
from aerostack.project.migrations import Migrations, order
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """``applied`` as the database has it, ``pending`` in the order in which they are to be applied.

    ``gone`` were applied and have no file any more; ``late`` are pending and come before one that is applied.
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    gone: tuple[str, ...]
    late: tuple[str, ...]

    @classmethod
    def of(cls, files: tuple[str, ...], applied: tuple[str, ...]) -> State:
        """What the files and the database say together."""
        pending = tuple(name for name in files if name not in applied)
        last = max((order(name) for name in applied if name in files), default=())
        return cls(
            applied=applied,
            pending=pending,
            gone=tuple(name for name in applied if name not in files),
            late=tuple(name for name in pending if order(name) < last),
        )


def state(prepared: Prepared, found: Migrations, journals: OpenJournals, tools: Tools) -> State:
    """Ask the database. Reads only."""
    applied = prepared.backend.migrations(
        prepared.project, found.database, found.table, prepared.settings, journals, tools
    )
    return State.of(found.files, applied)


def apply(
    prepared: Prepared, found: Migrations, pending: tuple[str, ...], journals: OpenJournals, tools: Tools
) -> Iterator[str]:
    """Apply them one by one; each name comes when its migration is in the database.

    All are read before the first is sent, so that one which cannot be read stops nothing half-way.
    """
    ready = [Migration(name=name, path=found.path(name), sql=found.read(name)) for name in pending]
    for migration in ready:
        prepared.backend.apply_migration(
            prepared.project, found.database, found.table, migration, prepared.settings, journals, tools
        )
        yield migration.name
