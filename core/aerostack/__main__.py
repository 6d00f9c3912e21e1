"""The program `aerostack`, also `python -m aerostack`. Light, so that even Ctrl-C during start-up ends quietly."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line; the exit status."""
    # A command makes few cycles: looking for them while its modules load takes longer than some requests.
    gc.set_threshold(100_000, 20, 100)
    # Modules load in one thread while others send requests: those are not to wait for a whole module.
    sys.setswitchinterval(0.0005)
    try:
        from aerostack.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130


def program() -> None:
    """Run the command line and end the process."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as it is where the shell closed it
            try:
                stream.flush()
            except (OSError, ValueError):  # full, or its reader has gone
                status = status or 1
    # Nothing is left to do but to take everything apart, which would cost a deploy a tenth of its time.
    os._exit(status)


if __name__ == "__main__":
    program()
