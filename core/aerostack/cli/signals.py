"""Signals that ask a command to end."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from types import FrameType

#: So often and for so many seconds a signal waits for the end of an import.
_MOST, _MOMENT = 50, 0.02


def heed() -> None:
    """Let SIGTERM (a CI job is cancelled) and SIGHUP (the terminal was closed) end a command as Ctrl-C does.

    Python would die of them on the spot, and leave behind the programs that it started. What somebody ignores on
    purpose, as ``nohup`` does, stays ignored.
    """
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is usual:
            signal.signal(number, _Interruption())


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """End the block with a ``RemoteTimeoutError`` after so many seconds, whatever it is waiting for then.

    As with Ctrl-C, which comes the same way, what it started is ended by whoever started it.
    """
    from aerostack.errors import RemoteTimeoutError

    late = RemoteTimeoutError(
        f"it was not done after {seconds} seconds",
        hint="run the same command again: it goes on where it stopped; or give it longer with --timeout",
    )
    before = signal.signal(signal.SIGALRM, _Interruption(late))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Interruption:
    """Raises ``error`` wherever the main thread is, but not within the machinery of imports.

    That takes the lock of all imports without being prepared for an exception right behind it: the lock would never be
    free again, and where it runs as a callback, the exception be lost too. Every other thread would wait for ever.
    """

    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error
        self._left = _MOST

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._left and frame is not None and frame.f_code.co_filename.startswith("<frozen importlib."):
            self._left -= 1
            if number == signal.SIGALRM:
                signal.setitimer(signal.ITIMER_REAL, _MOMENT)
            else:
                # Not by `threading`, whose locks the main thread may hold.
                _thread.start_new_thread(_again, (number,))
            return
        raise self._error or KeyboardInterrupt


def _again(number: int) -> None:
    time.sleep(_MOMENT)
    os.kill(os.getpid(), number)
