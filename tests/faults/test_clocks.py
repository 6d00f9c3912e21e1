"""The clock of this machine is wrong, or is set while a deploy runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.clocks import HOUR, clock_in, set_clock
from tests.faults.cells import Cell, clocks
from tests.faults.judge import named, uphold
from tests.faults.play import Player

HERE = [cell for cell in clocks() if cell.backend != "aerostack"]
TO_AEROSTACK = [cell for cell in clocks() if cell.backend == "aerostack"]

TELLS = "import time; input(); print(time.time(), time.monotonic()); input(); print(time.time(), time.monotonic())"


def test_a_wrong_clock_is_wrong_and_durations_are_not(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    set_clock(file, 0)
    environ = os.environ | clock_in(file)
    with subprocess.Popen([sys.executable, "-uc", TELLS], env=environ, stdin=-1, stdout=-1, text=True) as program:
        assert program.stdin is not None and program.stdout is not None
        for seconds in (0, -HOUR):
            set_clock(file, seconds)
            since, began = time.time(), time.monotonic()
            program.stdin.write("\n")
            program.stdin.flush()
            moment, measured = map(float, program.stdout.readline().split())
            assert since + seconds - 1 <= moment <= time.time() + seconds + 1
            assert began <= measured <= time.monotonic()


@named(HERE)
def test_a_command_survives(player: Player, cell: Cell, record_property: Callable[[str, object], None]) -> None:
    uphold(player.play(cell), record_property)


@pytest.mark.xdist_group("aerostack")
@named(TO_AEROSTACK)
def test_a_deploy_to_aerostack_survives(
    hosted_player: Player, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    uphold(hosted_player.play(cell), record_property)
