"""``aerostack``: ``main`` runs one command line. Every import that costs time sits in a command's body."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from aerostack.cli import options, quick, signals, streams
from aerostack.cli.output import Output
from aerostack.cli.run import fail
from aerostack.errors import EXIT_FAILED, AerostackError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status. Never raises."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    streams.prepare()
    signals.heed()
    try:
        arguments = options.spell_out(arguments)
        status = _run(arguments)
        sys.stdout.flush()
    except AerostackError as error:  # a command of another package cannot be loaded
        return fail(Output(as_json="--json" in arguments), error, {})
    except BrokenPipeError:
        streams.forsake()
        return EXIT_FAILED
    except OSError as error:
        streams.forsake()
        return fail(Output(), streams.cannot_be_written(error), {})
    return status


def _run(arguments: list[str]) -> int:
    try:
        if not quick.call(arguments):
            from aerostack.cli import application

            return application.call(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
