"""Every call of a deploy through ``cfapi`` meets every fault of a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.faults.cells import CFAPI, Cell, Flow, cfapi, stale
from tests.faults.judge import named, uphold
from tests.faults.play import Player


@named(cfapi())
def test_a_deploy_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(player.play(cell), record_property)


@named(stale())
def test_a_command_survives_reads_that_lag(
    player: Player, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    uphold(player.play(cell), record_property)


@pytest.mark.parametrize("flow", CFAPI)
def test_every_call_of_a_deploy_is_in_the_matrix(player: Player, flow: Flow) -> None:
    assert set(player.calls("cfapi", flow)) == set(CFAPI[flow])
