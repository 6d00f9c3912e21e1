"""Wrong clocks: a library that the system loads into a program tells it another time of day.

Only that: durations are measured as they are, and files keep the times of the file system.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HOUR = 3600
DAY = 24 * HOUR


def wrong_clock(seconds: int) -> dict[str, str]:
    """What a program has in its environment whose clock is ahead by so many seconds."""
    file = _folder() / str(seconds)
    set_clock(file, seconds)
    return clock_in(file)


def clock_in(file: Path) -> dict[str, str]:
    """The same, by as much as ``set_clock`` writes into the file, also while the program runs."""
    return {"LD_PRELOAD": str(_folder() / "clock.so"), "WRONG_CLOCK": str(file)}


def set_clock(file: Path, seconds: int) -> None:
    """Put forward or back the clocks that are in the file."""
    draft = file.with_suffix(".new")
    draft.write_text(str(seconds))
    draft.replace(file)


@functools.cache
def _folder() -> Path:
    """Where the library is."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("wrong clocks need a C compiler: apt-get install gcc libc6-dev")
    folder = Path(tempfile.mkdtemp(prefix="clocks-"))
    atexit.register(shutil.rmtree, folder)
    source = Path(__file__).with_name("clock.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", folder / "clock.so", source]
    subprocess.run(command, check=True)
    return folder
