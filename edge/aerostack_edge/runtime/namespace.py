"""The identity of a D1 database, KV namespace or R2 bucket within the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

StoreKind: TypeAlias = Literal["d1", "kv", "r2"]

_IDS: dict[str, re.Pattern[str]] = {
    "d1": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "kv": re.compile(r"[0-9a-f]{32}"),
    "r2": re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
}


@dataclass(frozen=True, slots=True)
class Namespace:
    """Checked, because it becomes part of a header and of a path. Raises ``ValueError`` for an id of the wrong form."""

    kind: StoreKind
    id: str

    def __post_init__(self) -> None:
        if not _IDS[self.kind].fullmatch(self.id):
            raise ValueError(f"not an id of kind {self.kind}: {self.id!r}")

    @property
    def header(self) -> dict[str, str]:
        """What tells the store which one is meant."""
        return {"x-ns": f"{self.kind}:{self.id}"}

    @property
    def folder(self) -> str:
        """Where its blobs are, within the folder of all blobs."""
        return f"{self.kind}-{self.id}"
