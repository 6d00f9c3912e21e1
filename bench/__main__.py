"""Run the benchmarks and print their tables."""

from __future__ import annotations

import sys

from bench import deploy, edge, peers, server, startup

BENCHMARKS = {"startup": startup.run, "deploy": deploy.run, "peers": peers.run, "edge": edge.run, "server": server.run}


def main(names: list[str]) -> int:
    """Run those named, or all. Returns an exit status."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"error: no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
