"""The kinds of resources that aerostack provisions: where the file lists them, and what a real id looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aerostack.model import ResourceKind
from aerostack.project.keypath import KeyPath
from aerostack.values import dataclass

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. ``id`` and ``name`` are the entry's keys for them; ``own`` are keys no other environment may inherit.

    ``stubs`` are names that stand in templates for local use and name nothing; ``nameable`` is what a name must match.
    """

    kind: ResourceKind
    title: str
    entries: KeyPath
    id: str | None = None
    name: str | None = None
    own: tuple[str, ...] = ()
    real: re.Pattern[str] | None = None
    nameable: re.Pattern[str] | None = None
    stubs: frozenset[str] = frozenset()
    id_form: str = ""

    def is_real(self, text: str) -> bool:
        """Whether ``text`` can be an id that the account gave out, and is no placeholder."""
        return bool(self.real and self.real.fullmatch(text) and text.strip("0-"))

    def given_name(self, entry: Mapping[str, Any]) -> str | None:
        """The name in the entry, if it is one."""
        name = entry.get(self.name) if self.name else None
        return name if name and name not in self.stubs else None


D1 = Kind(
    kind="d1",
    title="D1 database",
    entries=("d1_databases",),
    id="database_id",
    name="database_name",
    own=("database_id", "preview_database_id"),
    real=_UUID,
    nameable=re.compile(r"[A-Za-z0-9_-]+"),
    stubs=frozenset({"local-db"}),
    id_form="a UUID",
)
KV = Kind(
    kind="kv",
    title="KV namespace",
    entries=("kv_namespaces",),
    id="id",
    own=("id", "preview_id"),
    real=_HEX,
    id_form="32 hex digits",
)
R2 = Kind(kind="r2", title="R2 bucket", entries=("r2_buckets",), name="bucket_name", own=("preview_bucket_name",))
QUEUE = Kind(
    kind="queue", title="queue", entries=("queues", "producers"), name="queue", stubs=frozenset({"local-queue"})
)
CONSUMERS: KeyPath = ("queues", "consumers")

KINDS = (D1, KV, R2, QUEUE)
BY_ENTRIES = {kind.entries: kind for kind in KINDS}
BY_NAME: dict[str, Kind] = {kind.kind: kind for kind in KINDS}

#: Keys of bindings that name something with data in it which aerostack cannot make a second one of.
UNIQUE: dict[KeyPath, str] = {("hyperdrive",): "id", ("vectorize",): "index_name"}
