"""The program `aerostack`, also `python -m aerostack`. Light, so that even Ctrl-C during start-up ends quietly."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the exit status."""
    try:
        from aerostack.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
