"""One service of ``aerostack up``: ``python -m aerostack.cli.service edge PORT DATA``, or ``… server PORT``.

Not through the command line: typer and all commands would stay in memory for nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aerostack.cli import signals, streams
from aerostack.cli.output import Output
from aerostack.cli.run import run
from aerostack.local import ports, services
from aerostack.local.child import end_with_supervisor


def main(name: str, port: str, *data: str) -> None:
    """Serve until SIGTERM, or until the supervisor has ended. Raises ``SystemExit``."""

    def body(output: Output) -> int:
        service = services.load(name)
        if name == "server":
            return int(service.serve(host=ports.HOST, port=int(port), environ=os.environ, announce=output.say))
        from aerostack import toolchain

        return int(
            service.serve(
                host=ports.HOST,
                port=int(port),
                data=Path(*data),
                workerd=toolchain.workerd(),
                simulators=toolchain.simulators(),
                announce=output.say,
            )
        )

    streams.prepare()
    signals.heed()
    end_with_supervisor()
    run(body)


if __name__ == "__main__":
    main(*sys.argv[1:])
