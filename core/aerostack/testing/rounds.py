"""How many of a run's requests had to wait for one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def serial_rounds(requests: Iterable[Mapping[str, Any]]) -> int:
    """The longest chain of requests none of which overlaps another: what a slow network multiplies.

    Each request has ``started`` and ``ended``, in seconds of one clock.
    """
    rounds = 0
    free_from = float("-inf")
    for request in sorted(requests, key=lambda item: float(item["ended"])):
        if float(request["started"]) >= free_from:
            rounds += 1
            free_from = float(request["ended"])
    return rounds
