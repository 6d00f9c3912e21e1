"""What was acknowledged, what was answered, and what failed."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from tests.edge.faults.account import Refused


@dataclass(slots=True)
class Ledger:
    """The notes of many threads. ``accident`` is what happens at the moment; everything is counted by it."""

    accident: str = ""
    #: Names of values, by kind.
    acknowledged: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: The last version that was acknowledged, and the last that was uploaded.
    deployed: int = 0
    tried: int = 0
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    milliseconds: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    #: When the last good request of each began.
    good: dict[str, float] = field(default_factory=dict)
    #: What must never be: an assertion that did not hold.
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, who: str, action: Callable[[], None]) -> bool:
        """Do it once, and note how it went; whether it was good."""
        began = time.monotonic()
        try:
            action()
        except (httpx.TransportError, Refused) as error:
            with self._lock:
                self.failed[who, self.accident, f"{type(error).__name__}: {error}"] += 1
        except Exception as error:
            with self._lock:
                self.wrong.append(f"{who} while {self.accident}: {error!r}")
        else:
            with self._lock:
                self.answered[who, self.accident] += 1
                self.milliseconds[who, self.accident].append(1000 * (time.monotonic() - began))
                self.good[who] = began
            return True
        return False

    def failures(self, who: str, accident: str) -> dict[str, int]:
        """How often what went wrong for whom."""
        return {why: count for (one, when, why), count in self.failed.items() if (one, when) == (who, accident)}
