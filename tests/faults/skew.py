"""A clock of this machine that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.clocks import DAY, HOUR, clock_in, set_clock, wrong_clock
from tests.faults.fault import Fault

_SIZES = (("days", DAY), ("hours", HOUR))


@dataclass(frozen=True, slots=True)
class Skew:
    """The clock is ahead by so many seconds, or behind: from the beginning, or ``suddenly`` when the call of its cell
    is made. ``beside`` befalls that call too.
    """

    seconds: int
    suddenly: bool = False
    beside: Fault | None = None

    @property
    def name(self) -> str:
        size, unit = next((size, unit) for unit, size in _SIZES if self.seconds % size == 0)
        where = f"{abs(self.seconds) // size} {unit} {'ahead' if self.seconds > 0 else 'behind'}"
        beside = f", {self.beside.name}" if self.beside else ""
        return f"F15 clock {'set ' if self.suddenly else ''}{where}{beside}"

    def environ(self, home: Path) -> Mapping[str, str]:
        """What a process finds in its environment that has such a clock."""
        if not self.suddenly:
            return wrong_clock(self.seconds)
        set_clock(_file(home), 0)
        return clock_in(_file(home))

    def set(self, home: Path) -> None:
        """It happens."""
        set_clock(_file(home), self.seconds)


def _file(home: Path) -> Path:
    return home / "clock"
