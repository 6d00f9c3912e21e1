"""Where the processes of scripts reach the others: unix sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``store`` holds data, ``queues`` takes messages, ``tails`` what Workers did, ``dispatch`` requests to Workers in
    namespaces; ``door`` leads to another script.
    """

    store: Path
    queues: Path
    dispatch: Path
    tails: Path
    door: Callable[[str], Path]
