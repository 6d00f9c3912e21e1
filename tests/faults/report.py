"""The table at the end: what became of the cells, by backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.faults.cells import Cell
from tests.faults.play import Healing, Verdict

#: Under this name a test hands its row to whoever prints the table, also from another process.
PROPERTY = "fault cell"

_WRONG = ("duplicate", "untruthful", "leak", "other")
_TITLES = (
    "backend", "cells", "passing faults: healed by itself", "others: by one more run at most", "wedged",
    "duplicates", "untruthful exits", "leaked secrets", "other violations",
)  # fmt: skip


def row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values."""
    kinds = {sentence.partition(":")[0] for sentence in verdict.broken}
    wrong = {kind: kind in kinds for kind in _WRONG[:-1]}
    return plain(verdict.cell, verdict.healing, **wrong, other=bool(kinds - {*_WRONG, "wedged"}))


def plain(cell: Cell, healing: Healing, **wrong: bool) -> dict[str, Any]:
    """The same of what is known of one cell."""
    healed = healing == "by itself" or (healing == "by one more run" and cell.fate != "heals")
    return {
        "backend": cell.backend,
        "passing": cell.fate == "heals",
        "healed": healed,
        "wedged": healing == "never",
        **dict.fromkeys(_WRONG, False),
        **wrong,
    }


def table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines of the table, in Markdown, with columns that are columns without it too."""
    counts: dict[str, Counter[str]] = {}
    for one in rows:
        count = counts.setdefault(one["backend"], Counter())
        kind = "passing" if one["passing"] else "others"
        count["cells"] += 1
        count[kind] += 1
        count[f"{kind} healed"] += one["healed"]
        count.update(wrong for wrong in ("wedged", *_WRONG) if one[wrong])
    lines = [_TITLES, *(_line(name, count) for name, count in sorted(counts.items()))]
    if len(counts) > 1:
        lines.append(_line("all", sum(counts.values(), Counter())))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    shown = [_padded(lines[0], widths), rule, *(_padded(line, widths) for line in lines[1:])]
    return [f"| {' | '.join(line)} |" for line in shown]


def _line(name: str, count: Mapping[str, int]) -> tuple[str, ...]:
    healed = (f"{count[f'{kind} healed']} of {count[kind]}" for kind in ("passing", "others"))
    return (name, str(count["cells"]), *healed, *(str(count[wrong]) for wrong in ("wedged", *_WRONG)))


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=True))]
