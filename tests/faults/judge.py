"""A verdict as a test's result, and as a row of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from tests.faults.cells import Cell
from tests.faults.play import Verdict
from tests.faults.report import PROPERTY, row


def named(cells: Iterable[Cell]) -> pytest.MarkDecorator:
    """One test for each cell."""
    marks = {True: (pytest.mark.nightly,), False: ()}
    return pytest.mark.parametrize(
        "cell", [pytest.param(cell, id=cell.name, marks=marks[cell.nightly]) for cell in cells]
    )


def uphold(verdict: Verdict, record_property: Callable[[str, object], None]) -> None:
    """Fail the test if an invariant was broken, with the story of the cell."""
    record_property(PROPERTY, row(verdict))
    assert verdict.struck, f"the call was never made:\n{verdict.story}"
    assert not verdict.broken, "\n".join((*verdict.broken, verdict.story))
