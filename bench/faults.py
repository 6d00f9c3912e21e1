"""What becomes of wrangler itself under the faults that its own backend has to survive (`make faults` prints ours)."""

from __future__ import annotations

import os

from tests.faults.cells import wrangler
from tests.faults.plain import plain_player, row
from tests.faults.report import table


def run() -> None:
    """Print the row. ``FAULTS_EVERY=10`` takes every tenth cell: all of them take a quarter of an hour."""
    cells = [cell for cell in wrangler("plain wrangler") if cell.fate != "fails"]
    cells = cells[:: int(os.environ.get("FAULTS_EVERY", "1"))]
    with plain_player() as player:
        rows = []
        for cell in cells:
            rows.append(row(player, cell))
            fate = "wedged" if rows[-1]["wedged"] else "healed by itself" if rows[-1]["healed"] else "one more run"
            print(f"{cell.name}: {fate}", flush=True)
    print("\n".join(("", *table(rows))))
