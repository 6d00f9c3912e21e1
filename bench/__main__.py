"""Run the benchmarks and print their tables."""

from __future__ import annotations

import sys

from bench import deploy, durability, edge, faults, overload, peers, server, soak, startup

BENCHMARKS = {
    "startup": startup.run,
    "deploy": deploy.run,
    "peers": peers.run,
    "edge": edge.run,
    "server": server.run,
    "overload": overload.run,
}
#: Only when asked for by name: they take long, and are tests more than measurements.
ALONE = {"soak": soak.run, "durability": durability.run, "faults": faults.run}


def main(names: list[str]) -> int:
    """Run those named, or all. Returns an exit status."""
    known = BENCHMARKS | ALONE
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"error: no benchmark {unknown[0]}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        known[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
