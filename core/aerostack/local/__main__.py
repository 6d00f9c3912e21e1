"""The supervisor in the background: ``python -m aerostack.local FOLDER PORT EDGE_PORT``.

Not through the command line, which would stay in memory for nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from aerostack.errors import EXIT_INTERRUPTED, AerostackError
from aerostack.local.folder import Folder
from aerostack.local.supervisor import supervise


def main(folder: str, port: str, edge_port: str) -> int:
    """Supervise until SIGTERM; the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        supervise(
            Folder(Path(folder)),
            port=int(port),
            edge_port=int(edge_port),
            environ=os.environ,
            ready=lambda addresses: None,
            tell=_tell,
        )
    except AerostackError as error:
        _tell(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
