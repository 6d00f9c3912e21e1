"""Disks that can be filled and cut off. They are real ones, which only root can mount."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.edge.faults.disks import Disk


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder to mount a disk at, with a short path: it also holds sockets."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "none", place], check=True)
    yield place
    # Lazily: it goes when the last process that has a file open there has ended.
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def disk(place: Path, tmp_path: Path) -> Iterator[Disk]:
    """A disk whose power can be cut."""
    made = Disk(tmp_path / "disk.image", place, megabytes=64)
    yield made
    made.unmount()
