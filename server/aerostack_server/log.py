"""What the operator reads: lines on stderr."""

from __future__ import annotations

import sys
import traceback


def say(line: str) -> None:
    """One line."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def say_failure(error: BaseException) -> None:
    """Something that nobody expected, with its traceback."""
    say("".join(traceback.format_exception(error)).rstrip())
