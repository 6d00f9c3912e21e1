"""Run a command and see what it cost; print tables."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

AEROSTACK = Path(sys.executable).with_name("aerostack")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Wall clock in milliseconds, and the peak resident memory of the largest process in MiB."""

    wall_ms: float
    peak_mib: float


def cost(argv: Sequence[object], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Cost:
    """What one run of a command costs. Raises ``RuntimeError`` with its stderr when it fails."""
    # As pip leaves a program: its bytecode cached. Some machines forbid that to keep source folders clean.
    environment = {**(os.environ if env is None else env)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in argv],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{argv} ended with {process.returncode}: {said.decode()}")
    return Cost(wall_ms=(time.perf_counter() - started) * 1000, peak_mib=usage.ru_maxrss / 1024)


def spread(values: Iterable[float]) -> str:
    """Median, and the smallest in brackets."""
    listed = list(values)
    return f"{statistics.median(listed):.0f} ({min(listed):.0f})"


def verdict(reached: bool) -> str:
    """Beside a figure and its goal."""
    return "reached" if reached else "**missed**"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
