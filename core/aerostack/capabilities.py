"""What a backend can do beside deploying, and the values of those hooks. Standard library only.

A capability is a name and the hooks that belong to it. No backend has to have any: where it has none, the façade says
"this backend cannot".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal, Protocol

from aerostack.model import Journal, Journals, Json, ResourceKind
from aerostack.values import dataclass

#: Each capability: its hooks, all of them or none, and what a backend without it cannot do.
CAPABILITIES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "resources": (("aerostack_resources", "aerostack_delete_resource"), "list what a project owns"),
    "rollback": (("aerostack_rollback",), "make an earlier version live again"),
    "migrations": (("aerostack_migrations", "aerostack_apply_migration"), "migrate a database"),
    "secrets": (("aerostack_secrets", "aerostack_change_secrets"), "set secrets"),
}


class OpenJournals(Journals, Protocol):
    """The journals of one project, backend and environment, to be read and written."""

    def at(self, target: str) -> Journal:
        """The journal of ``target``: the place, as ``Resolution.target`` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """An earlier version is live again.

    ``outcome`` is ``unchanged`` when it was live already. ``said`` is a sentence about it, ``details`` what else a JSON
    document should hold.
    """

    version: str
    said: str
    urls: tuple[str, ...] = ()
    outcome: Literal["applied", "unchanged"] = "applied"
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretName:
    """A secret that is set; its value is nobody's to read.

    ``doubtful`` when a run that was to set it was interrupted: it may have its old value or the new one.
    """

    name: str
    updated_at: str | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsChanged:
    """Secrets were set or deleted. ``version`` is what is live now, where the change made a version."""

    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A file that takes the schema of a database forward. ``name`` is what the database knows it by."""

    name: str
    path: Path
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedResource:
    """A database, namespace, bucket or queue that exists, and that a project names, uses or has made.

    ``id`` is that of the remote side, for a bucket its name; ``bindings`` are those that aerostack.toml gives it in
    this environment. ``made`` tells whether it was made from here, ``None`` when a run announced that and ended before
    it knew. ``live`` tells whether the live Worker uses it, ``None`` when that cannot be seen. ``jurisdiction`` belongs
    to the identity of a bucket. One that does not ``exist`` any more was made and deleted from here.
    """

    kind: ResourceKind
    name: str
    id: str
    bindings: tuple[str, ...]
    made: bool | None
    live: bool | None
    jurisdiction: str | None = None
    exists: bool = True
