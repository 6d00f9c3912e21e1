"""What it costs to start: beside `import typer`, which is the floor of any typer program, in the same run."""

from __future__ import annotations

import statistics
import sys

from bench.measure import AEROSTACK, cost, spread, table

ROUNDS = 15

COMMANDS: dict[str, list[object]] = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import typer'": [sys.executable, "-c", "import typer"],
    "aerostack --version": [AEROSTACK, "--version"],
    "aerostack --help": [AEROSTACK, "--help"],
    "aerostack backends": [AEROSTACK, "backends"],
}


def run() -> None:
    """Print the table."""
    walls: dict[str, list[float]] = {name: [] for name in COMMANDS}
    peaks: dict[str, float] = {}
    for argv in COMMANDS.values():
        cost(argv)  # once for the caches
    for _ in range(ROUNDS):  # interleaved, so that a slow moment of the machine hits them all
        for name, argv in COMMANDS.items():
            measured = cost(argv)
            walls[name].append(measured.wall_ms)
            peaks[name] = measured.peak_mib
    floor = statistics.median(walls["python -c 'import typer'"])
    table(
        ("command", "wall ms: median (min)", "× import typer", "peak MiB"),
        (
            (name, spread(values), f"{statistics.median(values) / floor:.2f}", f"{peaks[name]:.0f}")
            for name, values in walls.items()
        ),
    )
