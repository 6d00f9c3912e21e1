"""What is deployed beside code, and the commands beside deploy, meet every fault of a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.faults.cells import ACCOUNT, Cell, Flow, account
from tests.faults.judge import named, uphold
from tests.faults.play import Player


@named(account())
def test_a_command_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(player.play(cell), record_property)


@pytest.mark.parametrize("flow", ACCOUNT)
def test_every_call_of_a_command_is_in_the_matrix(player: Player, flow: Flow) -> None:
    assert set(player.calls("cfapi", flow)) == set(ACCOUNT[flow])
