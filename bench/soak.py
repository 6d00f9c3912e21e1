"""The edge under load while things are killed, a hundred times: what is lost, what fails, how soon all is well."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

from tests.edge.faults.disks import Disk
from tests.edge.faults.rounds import Report, Rounds

from bench.measure import table

ROUNDS = 100


def run() -> None:
    """Print the tables. Raises ``SystemExit`` when anything was lost or wrong. The power is cut only for root."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as place:
        if os.geteuid() == 0:
            disk = Disk(Path(folder) / "disk.image", Path(place), megabytes=1024)
            try:
                report = Rounds(disk.folder / "edge", os.environ, disk).run(ROUNDS)
            finally:
                disk.unmount()
        else:
            report = Rounds(Path(folder) / "edge", os.environ, None).run(ROUNDS)
    show(report)
    if report.lost or report.ledger.wrong:
        raise SystemExit(f"lost: {report.lost}\nwrong: {report.ledger.wrong}")


def show(report: Report) -> None:
    """What happened, and what was acknowledged."""
    ledger = report.ledger
    table(
        (
            "",
            "rounds",
            "seconds until all is well: median (most)",
            "requests answered",
            "failed",
            "of a neighbour: failed",
            "its p50 ms",
            "p99",
        ),
        report.rows(),
    )
    print()
    written = {kind: len(names) for kind, names in ledger.acknowledged.items()}
    table(
        ("acknowledged", *(f"{kind} writes" for kind in written), "deploys", "lost", "wrong"),
        [("", *written.values(), ledger.deployed, len(report.lost), len(ledger.wrong))],
    )
    print()
    reasons: Counter[tuple[str, str]] = Counter()
    for (_, accident, why), count in ledger.failed.items():
        reasons[accident, why.strip()] += count
    rows = [(accident, count, why) for (accident, why), count in sorted(reasons.items())]
    table(("", "failed requests", "why"), rows)
