"""A look at what is live that does not wait for the upload's answer.

An upload is live before its answer is here, by the time that the answer travels. How long the account takes for one is
remembered from the last time, how long the way is has just been seen: with both, the account is asked when the new
version is likely to be live, and one round on the network is saved. It is a guess, so there are two of them: one as if
the account took as long as last time, and one for an account that takes longer. A look that came too early says
nothing; when both did, it is made again as if there had been none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from aerostack.errors import AerostackError
from aerostack.hearing import HEARING
from aerostack.values import dataclass
from aerostack_cloudflare.project.glance import Glance

T = TypeVar("T")

#: A way shorter than this, in seconds there and back, is not worth a guess.
_NEAR = 0.05
#: How much longer than last time the account may take, as a factor and in seconds: one pair for each look.
_GUESSES = ((1.0, 0.004), (1.3, 0.02))


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen early, each awaited when it is asked for, and how many seconds of the upload were not the way."""

    glances: Iterator[Glance]
    work: float | None


def upload_and_look(
    upload: Callable[[], T], look: Callable[[], Glance], *, work: float | None, way: float | None
) -> tuple[T, Seen]:
    """``upload``, and ``look`` when it is likely to have arrived.

    ``work`` is how many seconds of the last one were not the way, ``way`` how many there and back take; ``None`` is
    unknown.
    Raises what ``upload`` raises. A look that fails is none.
    """
    answered = threading.Event()
    began = time.monotonic()
    looks = [_Look(look, after, answered) for after in _delays(work, way)]
    try:
        result = upload()
    finally:
        answered.set()
    took = time.monotonic() - began
    glances = (glance for each in looks if (glance := each.result()) is not None)
    return result, Seen(glances, None if way is None else max(0.0, took - way))


class _Look:
    """``look`` after so many seconds, unless the upload is ``answered`` before."""

    def __init__(self, look: Callable[[], Glance], after: float, answered: threading.Event) -> None:
        self._glance: Glance | None = None
        # A daemon: an upload that fails waits for no look.
        self._thread = threading.Thread(target=self._run, args=(look, after, answered), daemon=True)
        self._thread.start()

    def _run(self, look: Callable[[], Glance], after: float, answered: threading.Event) -> None:
        if answered.wait(after):
            return
        try:
            self._glance = look()
        except AerostackError:
            return  # whoever looks after the answer says what is wrong

    def result(self) -> Glance | None:
        """What it saw, once it is over."""
        while self._thread.is_alive():
            self._thread.join(HEARING)
        return self._glance


def _delays(work: float | None, way: float | None) -> list[float]:
    """Seconds from the start of the upload to each look; none when nothing can be gained or guessed."""
    if work is None or way is None or way < _NEAR:
        return []
    return [delay for factor, spare in _GUESSES if (delay := work * factor + spare) < work + way]
