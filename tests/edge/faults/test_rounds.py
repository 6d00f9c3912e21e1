"""Under load anything may be killed: no acknowledged deploy or write is lost, and no version is seen by halves."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from tests.edge.faults.disks import Disk
from tests.edge.faults.rounds import Rounds

pytestmark = pytest.mark.xdist_group("rounds")
#: Each accident once; `make soak` does a hundred.
ROUNDS = 6
EVERYBODY = ("neighbour", "app", "deploys", "kv", "d1", "r2", "queue", "worker kv", "worker d1", "worker r2",
             "worker queue", "object", "object too")  # fmt: skip
#: Who does not notice it.
UNDISTURBED = {
    "nothing": EVERYBODY,
    "a script's process is killed": ("neighbour", "kv", "d1", "r2", "queue", "deploys"),
    "the store is killed": ("neighbour", "app", "deploys", "queue", "worker queue", "object", "object too"),
    "a Worker misbehaves": EVERYBODY,
}


def test_everything_comes_back_by_itself_with_all_that_was_acknowledged(environment, tmp_path):
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory() as folder:
            disk = Disk(tmp_path / "disk.image", Path(folder), megabytes=256)
            try:
                report = Rounds(disk.folder / "edge", environment, disk).run(ROUNDS)
            finally:
                disk.unmount()
    else:
        report = Rounds(tmp_path / "edge", environment, None).run(ROUNDS)
    assert report.lost == []
    assert report.ledger.wrong == []
    # A bug of the edge is none of the reasons.
    assert not [failure for failure in report.ledger.failed if "The edge failed to answer" in failure[2]]
    for accident, undisturbed in UNDISTURBED.items():
        for who in undisturbed:
            assert report.ledger.answered[who, accident], (who, accident)
            assert report.ledger.failures(who, accident) == {}, (who, accident)
