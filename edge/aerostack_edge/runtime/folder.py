"""The private folder for unix sockets and for what workerd reads while it starts."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from aerostack.errors import AerostackError

# The address of a unix socket holds 108 bytes, 104 on macOS, with the final NUL.
_LONGEST = 103
_ROOM_FOR_NAME = 32


class Folder:
    """A 0700 folder in the temporary directory, one for each data folder, because paths under ``data`` may be too long.

    Nothing in it outlives the edge; ``open`` sweeps away what a killed one left there.
    """

    def __init__(self, data: Path) -> None:
        key = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
        self.path = Path(tempfile.gettempdir()) / f"aerostack-edge-{os.getuid()}-{key}"
        self._count = 0

    def open(self) -> None:
        """Create it empty. Raises ``AerostackError`` when that path is not ours alone, or is too long for sockets."""
        if len(os.fsencode(self.path)) + _ROOM_FOR_NAME > _LONGEST:
            raise AerostackError(
                f"{self.path} is too long for the edge's unix sockets",
                hint="set TMPDIR to a shorter path, such as /tmp",
            )
        try:
            self.path.mkdir(mode=0o700)
        except FileExistsError:
            self._refuse_foreign()
        except OSError as error:
            raise AerostackError(
                f"cannot create {self.path}: {error.strerror}", hint="set TMPDIR to a folder you may write to"
            ) from error
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _refuse_foreign(self) -> None:
        """Anyone can create names in the temporary directory: another user's folder would hand them our sockets."""
        found = self.path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise AerostackError(
                f"{self.path} exists, but is not a private folder of yours", hint=f"remove it: rm -rf {self.path}"
            )

    def remove(self) -> None:
        """Delete it with everything in it; fine when it is gone already."""
        shutil.rmtree(self.path, ignore_errors=True)

    def socket(self, name: str = "") -> Path:
        """A path for a socket; without a name a new one that was never used before."""
        if not name:
            self._count += 1
            name = f"s{self._count}"
        return self.path / f"{name}.sock"

    def scratch(self) -> Path:
        """A new 0700 folder."""
        return Path(tempfile.mkdtemp(prefix="v", dir=self.path))
