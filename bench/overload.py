"""Twice as many deploys as the server can record: what it still gets done, and what it says to the rest."""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aerostack.testing import running_edge
from bench import databases
from bench import server as bench
from bench.measure import table, verdict
from bench.server import CONNECTIONS, ENVIRONMENTS, SECONDS, Server, ServerProcess

#: So many that one is always free for the next request.
CLIENTS = 128
#: Capacity and overload in turn: what else the machine does, and what the server has recorded by then, hits both.
ROUNDS = 4
#: Of the capacity.
OFFERED = 2.0
#: Of the capacity, in percent.
GOAL = 80

COUNTED = """
local threads = {}
function setup(t) threads[#threads + 1] = t end
function init() accepted, refused, other = 0, 0, 0 end
function response(status, headers, body)
  local wait = headers["retry-after"] or headers["Retry-After"]
  if status == 202 or status == 201 then accepted = accepted + 1
  elseif (status == 429 or status == 503) and wait then refused = refused + 1
  else other = other + 1 end
end
function done(summary, latency)
  for _, t in ipairs(threads) do
    io.write(string.format("counted %d %d %d\\n", t:get("accepted"), t:get("refused"), t:get("other")))
  end
  local errors = summary.errors
  io.write(string.format("broken %d late %d\\n", errors.connect + errors.read + errors.write, errors.timeout))
end
"""

#: Open model: each request has its moment, whatever became of those before, and the connection that is free takes it.
#: Whoever is told to come later pays no heed to it.
HEEDLESS = """
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } moment; int clock_gettime(int, moment *);")
local clock, interval, following = ffi.new("moment"), %(interval)f, nil
function delay()
  ffi.C.clock_gettime(1, clock)
  local now = tonumber(clock.s) * 1000 + tonumber(clock.ns) / 1e6
  following = (following or now) + interval
  return math.max(0, math.floor(following - now))
end
"""


@dataclass(frozen=True, slots=True)
class Count:
    """A second. ``other`` is what was answered otherwise, or broke off; ``late`` is what took two seconds or more.

    ``wrk`` is cores that the generator took.
    """

    done: float
    refused: float
    other: float
    late: float
    wrk: float

    @property
    def offered(self) -> float:
        """Requests."""
        return self.done + self.refused + self.other


def run() -> None:
    """Print the lines, for SQLite and PostgreSQL."""
    bench.require_wrk()
    rows: list[tuple[object, ...]] = []
    for name, url in databases.each():
        with (
            tempfile.TemporaryDirectory() as folder,
            running_edge(Path(folder) / "edge") as edge,
            ServerProcess(Path(folder) / "server", edge, url).running() as server,
        ):
            server.call("POST", "/projects", b'{"name": "bench"}')
            rows.append((name, *line(list(rounds(server, Path(folder))))))
    header = ("capacity per second", "offered", "done", "of capacity", "429 or 503 with Retry-After", "other", "late")
    table(("database", *header, "wrk, of a core", "goal", ""), rows)


def rounds(server: Server, folder: Path) -> Iterator[tuple[Count, Count]]:
    """What is recorded with as many clients as wait, and then of twice as much."""
    sent(server, folder, CONNECTIONS)  # the environments exist afterwards, and everything has been done once
    for _ in range(ROUNDS):
        able = sent(server, folder, CONNECTIONS)
        interval = 1000 / (OFFERED * able.done)
        yield able, sent(server, folder, CLIENTS, HEEDLESS % {"interval": interval})


def sent(server: Server, folder: Path, connections: int, more: str = "") -> Count:
    """Deploys to environments in turn, through so many connections; returns when they are carried out."""
    script, headers = bench.prepared(folder, ENVIRONMENTS, COUNTED + more)
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(script)]
    for name, value in {"Authorization": f"Bearer {server.key}", **headers}.items():
        argv += ["-H", f"{name}: {value}"]
    before, began = spent(), time.monotonic()
    said = subprocess.run([*argv, server.url], capture_output=True, text=True, check=True).stdout
    wrk = (spent() - before) / (time.monotonic() - began)
    bench.drain(server, ENVIRONMENTS)
    counted, broken = re.search(r"counted (\d+) (\d+) (\d+)", said), re.search(r"broken (\d+) late (\d+)", said)
    assert counted is not None and broken is not None, said
    done, refused, other = map(int, counted.groups())
    other, late = other + int(broken[1]), int(broken[2])
    return Count(done / SECONDS, refused / SECONDS, other / SECONDS, late / SECONDS, wrk)


def spent() -> float:
    """Seconds of processor time of the programs that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(measured: list[tuple[Count, Count]]) -> tuple[object, ...]:
    """Of the table: means, and the least and most of the rounds."""
    able, under = ([pair[place] for pair in measured] for place in (0, 1))
    parts = [each.done / alone.done for alone, each in measured]
    capacity, done = statistics.fmean(each.done for each in able), statistics.fmean(each.done for each in under)
    offered, refused = (
        statistics.fmean(each.offered for each in under),
        statistics.fmean(each.refused for each in under),
    )
    other, late = (sum(getattr(each, name) for each in (*able, *under)) * SECONDS for name in ("other", "late"))
    return (
        f"{capacity:.0f}",
        f"{offered:.0f}",
        f"{done:.0f}",
        f"{done / capacity:.0%} ({min(parts):.0%} to {max(parts):.0%})",
        f"{refused:.0f}",
        f"{other:.0f}",
        f"{late:.0f}",
        f"{statistics.fmean(each.wrk for each in able):.0%}, {statistics.fmean(each.wrk for each in under):.0%}",
        f"{GOAL} %, no other",
        verdict(done >= capacity * GOAL / 100 and not other and offered >= capacity * OFFERED * 0.95),
    )
