"""Signals that ask a command to end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


def heed() -> None:
    """Let SIGTERM (a CI job is cancelled) and SIGHUP (the terminal was closed) end a command as Ctrl-C does.

    Python would die of them on the spot, and leave behind the programs that it started. What somebody ignores on
    purpose, as ``nohup`` does, stays ignored.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """End the block with a ``RemoteTimeoutError`` after so many seconds, whatever it is waiting for then.

    As with Ctrl-C, which comes the same way, what it started is ended by whoever started it.
    """

    def expire(number: int, frame: FrameType | None) -> None:
        from aerostack.errors import RemoteTimeoutError

        raise RemoteTimeoutError(
            f"it was not done after {seconds} seconds",
            hint="run the same command again: it goes on where it stopped; or give it longer with --timeout",
        )

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
