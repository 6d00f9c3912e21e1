"""The table at the end: what became of the cells, by backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tests.faults.play import Verdict

#: Under this name a test hands its row to whoever prints the table, also from another process.
PROPERTY = "fault cell"

_COLUMNS = ("cells", "by itself", "by one more run", "never", "duplicate", "untruthful", "leak", "other")
_TITLES = (
    "backend", "cells", "healed by itself", "needed one more run", "wedged", "duplicates", "untruthful exits",
    "leaked secrets", "other violations",
)  # fmt: skip


def row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values."""
    kinds = [sentence.partition(":")[0] for sentence in verdict.broken]
    return {
        "backend": verdict.cell.backend,
        "healing": verdict.healing,
        **{kind: kinds.count(kind) > 0 for kind in ("duplicate", "untruthful", "leak")},
        "other": any(kind not in ("duplicate", "untruthful", "leak", "wedged") for kind in kinds),
    }


def table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines of the table, in Markdown."""
    counts: dict[str, Counter[str]] = {}
    for one in rows:
        count = counts.setdefault(one["backend"], Counter())
        count["cells"] += 1
        count[one["healing"]] += 1
        count.update(kind for kind in ("duplicate", "untruthful", "leak", "other") if one[kind])
    lines = [" | ".join(_TITLES), "|".join("---" for _ in _TITLES)]
    lines += [" | ".join([name, *(str(count[key]) for key in _COLUMNS)]) for name, count in sorted(counts.items())]
    return [f"| {line} |" for line in lines]
