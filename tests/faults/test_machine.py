"""This machine fails a deploy: it is killed at a write, the disk is full, no file can be opened."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.cells import Cell, machine
from tests.faults.judge import named, uphold
from tests.faults.play import Player


@named(machine())
def test_a_deploy_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(player.play(cell), record_property)
