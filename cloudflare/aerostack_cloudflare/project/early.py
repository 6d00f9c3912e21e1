"""A look at what is live that does not wait for the upload's answer.

An upload is live before its answer is here, by the time that the answer travels. How long the account takes for one is
remembered from the last time, how long the way is has just been seen: with both, the account is asked when the new
version is likely to be live, and one round on the network is saved. It is a guess. A look that came too early says
nothing, and is made again as if there had been none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from aerostack.errors import RemoteError
from aerostack.values import dataclass
from aerostack_cloudflare.project.glance import Glance

T = TypeVar("T")

#: A way shorter than this, in seconds there and back, is not worth a guess.
_NEAR = 0.05
#: How much longer than last time the account may take.
_FACTOR, _SPARE = 1.2, 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen early, if anything, and how many seconds the upload took."""

    glance: Glance | None
    took: float


def upload_and_look(
    upload: Callable[[], T], look: Callable[[], Glance], *, last_took: float | None, way: float | None
) -> tuple[T, Seen]:
    """``upload``, and ``look`` when it is likely to have arrived.

    ``last_took`` is how many seconds the last one took, ``way`` how many there and back take; ``None`` is unknown.
    Raises what ``upload`` raises. A look that fails is none.
    """
    answered = threading.Event()
    seen: list[Glance] = []

    def early(after: float) -> None:
        if answered.wait(after):
            return
        try:
            seen.append(look())
        except RemoteError:
            return  # whoever looks after the answer says what is wrong

    delay = _delay(last_took, way)
    # A daemon: an upload that fails waits for no look.
    looking = threading.Thread(target=early, args=(delay,), daemon=True) if delay is not None else None
    began = time.monotonic()
    if looking is not None:
        looking.start()
    try:
        result = upload()
    finally:
        answered.set()
    took = time.monotonic() - began
    if looking is not None:
        looking.join()
    return result, Seen(seen[0] if seen else None, took)


def _delay(last_took: float | None, way: float | None) -> float | None:
    """Seconds from the start of the upload to the look; ``None`` when nothing can be gained or guessed."""
    if last_took is None or way is None or way < _NEAR:
        return None
    delay = max(0.0, last_took - way) * _FACTOR + _SPARE
    return delay if delay < last_took else None
