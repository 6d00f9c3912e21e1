"""Rows for people."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.cli.output import Output


def show(output: Output, head: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """A table on stdout with its head on stderr, so that a pipe gets rows only; ``empty`` when there is none."""
    if not rows:
        output.say(empty)
        return
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    output.say(_line(head, widths))
    for row in rows:
        output.result(_line(row, widths))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
