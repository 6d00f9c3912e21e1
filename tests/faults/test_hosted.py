"""Every call of a deploy to Aerostack meets every fault of a network, on either side of the server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.faults.cells import HOSTED, HOSTED_COMMANDS, PLATFORM, Cell, Flow, hosted, platform
from tests.faults.judge import named, uphold
from tests.faults.play import Player


@pytest.mark.xdist_group("aerostack")
@named(hosted())
def test_a_deploy_survives(hosted_player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(hosted_player.play(cell), record_property)


@pytest.mark.xdist_group("aerostack")
@named(platform())
def test_the_server_survives(
    platform_player: Player, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    uphold(platform_player.play(cell), record_property)


@pytest.mark.xdist_group("aerostack")
@pytest.mark.parametrize("flow", HOSTED | HOSTED_COMMANDS)
def test_every_call_of_a_deploy_is_in_the_matrix(hosted_player: Player, flow: Flow) -> None:
    assert set(hosted_player.calls("aerostack", flow)) == set((HOSTED | HOSTED_COMMANDS)[flow])


@pytest.mark.xdist_group("aerostack")
@pytest.mark.parametrize("flow", PLATFORM)
def test_every_call_of_the_server_is_in_the_matrix(platform_player: Player, flow: Flow) -> None:
    platform_player.calls("aerostack", "first")  # what a new server makes once for all is another matter
    assert set(platform_player.calls("aerostack", flow)) == set(PLATFORM[flow])
