"""Twice as many deploys as the server can record: what it still gets done, and what it says to the rest."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from aerostack.testing import running_edge
from bench import databases
from bench import server as bench
from bench.measure import table, verdict
from bench.server import ENVIRONMENTS, SECONDS, Server, ServerProcess

CLIENTS = 128

#: Clients that pay no heed to what they are told: each sends again after its time.
HEEDLESS = """
local threads = {}
function setup(t) threads[#threads + 1] = t end
function init() accepted, refused, other = 0, 0, 0 end
function delay() return %(delay)d end
function response(status, headers, body)
  local wait = headers["retry-after"] or headers["Retry-After"]
  if status == 202 or status == 201 then accepted = accepted + 1
  elseif (status == 429 or status == 503) and wait then refused = refused + 1
  else other = other + 1 end
end
function done(summary)
  for _, t in ipairs(threads) do
    io.write(string.format("counted %%d %%d %%d\\n", t:get("accepted"), t:get("refused"), t:get("other")))
  end
end
"""


#: Of the capacity, in percent.
GOAL = 80


def run() -> None:
    """Print the line, for SQLite and PostgreSQL."""
    bench.require_wrk()
    rows: list[tuple[object, ...]] = []
    for name, url in databases.each():
        with (
            tempfile.TemporaryDirectory() as folder,
            running_edge(Path(folder) / "edge") as edge,
            ServerProcess(Path(folder) / "server", edge, url).running() as server,
        ):
            rows.append((name, *overloaded(server, Path(folder))))
    table(
        (
            "database",
            "capacity per second",
            "offered",
            "done",
            "of capacity",
            "429 or 503 with Retry-After",
            "other",
            "goal",
            "",
        ),
        rows,
    )


def overloaded(server: Server, folder: Path) -> tuple[object, ...]:
    """Deploys a second: the capacity, with as many clients as wait; then the others with twice that."""
    server.call("POST", "/projects", b'{"name": "bench"}')
    capacity = bench.records(server, folder, ENVIRONMENTS).rate
    bench.drain(server, ENVIRONMENTS)
    script, headers = bench.prepared(folder, ENVIRONMENTS, HEEDLESS % {"delay": 1000 * CLIENTS / (2 * capacity)})
    argv = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script)]
    for name, value in {"Authorization": f"Bearer {server.key}", **headers}.items():
        argv += ["-H", f"{name}: {value}"]
    said = subprocess.run([*argv, server.url], capture_output=True, text=True, check=True).stdout
    counted = re.search(r"counted (\d+) (\d+) (\d+)", said)
    assert counted is not None, said
    done, refused, other = (int(number) / SECONDS for number in counted.groups())
    return (
        f"{capacity:.0f}",
        f"{done + refused + other:.0f}",
        f"{done:.0f}",
        f"{done / capacity:.0%}",
        f"{refused:.0f}",
        f"{other:.0f}",
        f"{GOAL} %, no other",
        verdict(done >= capacity * GOAL / 100 and not other and refused > 0),
    )
