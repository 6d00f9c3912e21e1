"""A disk of its own, whose power can be cut."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import time
from pathlib import Path


class Disk:
    """An ext4 file system in a file, mounted at ``folder``.

    The file is what is on the disk: writes to the file system stay in the machine's memory until they are synced, or
    until the kernel finds the time. So a copy of the file is what would be left if the power went at that moment.
    """

    def __init__(self, image: Path, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._image = image
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        self._mount()

    def cut(self) -> None:
        """Lose what is not on the disk. Whoever writes there must have been killed."""
        left = self._image.with_suffix(".left")
        shutil.copyfile(self._image, left)
        # The kernel may write while it is copied; no disk is left with half of that.
        while not filecmp.cmp(self._image, left, shallow=False):
            shutil.copyfile(self._image, left)
        self.unmount()
        left.replace(self._image)
        self._mount()

    def unmount(self) -> None:
        """Take it away as soon as nobody has a file open there."""
        until = time.monotonic() + 10
        while subprocess.run(["umount", self.folder], capture_output=True).returncode and time.monotonic() < until:
            time.sleep(0.02)

    def _mount(self) -> None:
        # It writes what nobody asked it to as late as it may: every 300 seconds instead of every five.
        subprocess.run(["mount", "-o", "loop,commit=300", self._image, self.folder], check=True)
