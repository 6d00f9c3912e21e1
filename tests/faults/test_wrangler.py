"""The calls that wrangler makes meet every fault of a network, and the backend makes the best of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.faults.cells import TRIGGERS, WRANGLER, Cell, Flow, triggers, wrangler
from tests.faults.judge import named, uphold
from tests.faults.play import Player


@named(wrangler())
def test_a_deploy_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(player.play(cell), record_property)


@named(triggers())
def test_a_deploy_with_triggers_survives(
    player: Player, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    uphold(player.play(cell), record_property)


@pytest.mark.nightly
def test_every_call_for_triggers_is_in_the_matrix(player: Player) -> None:
    wanted = {*WRANGLER["redeploy"], *TRIGGERS, "schedules"}
    assert set(player.calls("wrangler", "triggers")) == wanted


@pytest.mark.nightly
@pytest.mark.parametrize("flow", WRANGLER)
def test_every_call_of_a_deploy_is_in_the_matrix(player: Player, flow: Flow) -> None:
    assert set(player.calls("wrangler", flow)) == set(WRANGLER[flow])
