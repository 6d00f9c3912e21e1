"""Where the processes of scripts reach the others: unix sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``store`` holds data, ``tails`` takes what Workers did, ``door`` leads to another script, running or not."""

    store: Path
    tails: Path
    door: Callable[[str], Path]
