"""Every call of a deploy meets every fault of a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.faults.cells import Cell, cells
from tests.faults.play import Player
from tests.faults.report import PROPERTY, row


@pytest.mark.parametrize("cell", [pytest.param(cell, id=cell.name) for cell in cells()])
def test_a_deploy_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    verdict = player.play(cell)
    record_property(PROPERTY, row(verdict))
    assert verdict.struck, verdict.story
    assert not verdict.broken, "\n".join((*verdict.broken, verdict.story))
