"""What one cell left behind: all that the invariants are judged by."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.cells import Cell
from tests.faults.layer import Seen
from tests.faults.oracle import State
from tests.faults.stage import Project, Run


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of the command. ``log`` is what the layer saw, ``after`` what was there at its end, and ``owned`` what
    the journals of the folder said then that was made from there, by kind and name.
    """

    run: Run
    log: tuple[Seen, ...]
    after: State
    owned: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """``attempts``: the run with the fault, then clean ones until one succeeded, at most two of them.

    ``before`` is the state before the first; ``wanted`` what an undisturbed deploy leaves, without ids; ``says`` what
    the new code answers. ``noticed`` is what was seen to be wrong while it ran, ``left`` what half-written files an
    earlier signal has left.
    """

    cell: Cell
    project: Project
    before: State
    wanted: Any
    says: str
    attempts: tuple[Attempt, ...]
    secrets: tuple[str, ...]
    noticed: tuple[str, ...] = field(default=())
    left: frozenset[Path] = frozenset()

    @property
    def first(self) -> Attempt:
        return self.attempts[0]

    @property
    def final(self) -> State:
        return self.attempts[-1].after

    @property
    def steps(self) -> list[tuple[State, Attempt]]:
        """Each attempt with the state that it found."""
        found = [self.before, *(attempt.after for attempt in self.attempts)]
        return list(zip(found, self.attempts, strict=False))
