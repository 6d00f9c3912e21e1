"""Several faults in one deploy, one deploy after the other, as Hypothesis thinks of them.

A handful of histories each time; ``FAULTS_EXAMPLES`` says how many instead, in parts that run at the same time.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.faults import fault as f
from tests.faults.cells import CFAPI, Cell
from tests.faults.evidence import Attempt, Evidence
from tests.faults.invariants import broken
from tests.faults.layer import Strike
from tests.faults.oracle import State
from tests.faults.play import Player
from tests.faults.stage import UNHURRIED

EXAMPLES = os.environ.get("FAULTS_EXAMPLES")
PARTS = 4 if EXAMPLES else 1

_CALLS = st.sampled_from(CFAPI["first"])
_FAULTS = st.sampled_from(
    (
        f.RESET, f.LOST, f.CUT, f.SLOW_DOWN, f.BROKEN, f.BAD_GATEWAY_APPLIED, f.PAGE, f.PAGE_APPLIED, f.NO_RESULT,
        f.FORBIDDEN, f.KILLED, f.KILLED_APPLIED, f.INTERRUPTED,
    )
)  # fmt: skip
_STRIKES = st.builds(Strike, _CALLS, _FAULTS, skip=st.sampled_from((0, 0, 1)), times=st.sampled_from((1, 1, 2, 5)))


class Deploys(RuleBasedStateMachine):
    """The history of one project: its code changes, and each deploy of it may meet faults."""

    player: Player

    @initialize()
    def begin(self) -> None:
        self.project = replace(self.player.prepare("cfapi", "first"), environ=UNHURRIED)
        self.says, self.changes = "one", 0

    @rule()
    def change(self) -> None:
        self.changes += 1
        self.says = f"change {self.changes}"
        self.project.say(self.says)

    @rule(strikes=st.lists(_STRIKES, max_size=2))
    def deploy(self, strikes: list[Strike]) -> None:
        # Hypothesis may hand the same values out again, and a strike remembers what it met.
        fresh = [Strike(one.call, one.fault, one.skip, one.times) for one in strikes]
        before, left = self.player.stage.state(self.project), self.project.half_written
        attempts = [self.player.attempt("cfapi", self.project, *fresh)]
        while attempts[-1].run.status != 0 and len(attempts) < 3:
            attempts.append(self.player.attempt("cfapi", self.project))
        self.judge(before, left, tuple(attempts), strikes)

    def judge(self, before: State, left: frozenset[Path], attempts: tuple[Attempt, ...], strikes: list[Strike]) -> None:
        wanted = self.player.leads_to("cfapi", "first").replace("'one'", repr(self.says))
        seen = Evidence(
            # What a deploy must survive by itself is said for single faults; of several it may need one more run.
            cell=Cell("cfapi", "first", "", f.RESET, "ends" if strikes else "heals"),
            project=self.project,
            before=before,
            wanted=wanted,
            says=self.says,
            attempts=attempts,
            secrets=self.player.stage.secrets,
            left=left,
        )
        wrong = broken(seen)
        assert not wrong, "\n".join(wrong)

    def teardown(self) -> None:
        if hasattr(self, "project"):
            self.player.stage.remove(self.project)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_history_of_deploys_survives_any_faults(player: Player, part: int) -> None:
    bound = type("Deploys", (Deploys,), {"player": player})
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=int(EXAMPLES or 5) // PARTS,
            stateful_step_count=8 if EXAMPLES else 4,
            derandomize=EXAMPLES is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
