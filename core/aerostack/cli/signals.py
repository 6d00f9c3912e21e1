"""Signals that ask a command to end."""

from __future__ import annotations

import signal
from types import FrameType


def heed() -> None:
    """Let SIGTERM (a CI job is cancelled) and SIGHUP (the terminal was closed) end a command as Ctrl-C does.

    Python would die of them on the spot, and leave behind the programs that it started. What somebody ignores on
    purpose, as ``nohup`` does, stays ignored.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
