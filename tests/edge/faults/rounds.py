"""Rounds: under load something is killed, all of it comes back by itself, and nothing acknowledged is lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.edge.faults.account import Account, opened
from tests.edge.faults.disks import Disk
from tests.edge.faults.ledger import Ledger
from tests.edge.faults.load import Load, value

from aerostack.testing import RunningEdge, running_edge

#: Whoever waits for longer waits for ever.
_PATIENCE = 180.0
_ENDS = {"loop": "used more than its 300 ms of CPU time", "buffers": "held more than its 384 MiB of memory",
         "heap": "outgrew its memory for JavaScript"}  # fmt: skip


@dataclass(slots=True)
class Report:
    """What the rounds showed. ``recovered`` has the seconds until everything went on again, by accident."""

    ledger: Ledger
    recovered: dict[str, list[float]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def rows(self) -> list[tuple[str, ...]]:
        """A table: accident, rounds, seconds to recover, good and failed requests, the neighbour's among them."""
        return [(accident, *self._row(accident, seconds)) for accident, seconds in self.recovered.items()]

    def _row(self, accident: str, seconds: list[float]) -> tuple[str, ...]:
        ledger = self.ledger
        good = sum(count for (_, when), count in ledger.answered.items() if when == accident)
        failed = sum(count for (_, when, _), count in ledger.failed.items() if when == accident)
        neighbour = sorted(ledger.milliseconds["neighbour", accident])
        return (
            str(len(seconds)),
            f"{statistics.median(seconds):.1f} ({max(seconds):.1f})",
            str(good),
            str(failed),
            str(sum(ledger.failures("neighbour", accident).values())),
            f"{statistics.median(neighbour):.0f}",
            f"{neighbour[int(len(neighbour) * 0.99)]:.0f}",
        )


class Rounds:
    """An edge on ``data``, with a disk whose power can be cut if there is one."""

    def __init__(self, data: Path, environ: Mapping[str, str], disk: Disk | None) -> None:
        self._data = data
        self._environ = environ
        self._disk = disk
        self._random = random.Random(5)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._running = contextlib.ExitStack()
        self._accidents: dict[str, Callable[[], None]] = {
            "nothing": lambda: time.sleep(0.5),
            "a script's process is killed": self._kill_script,
            "the store is killed": self._kill_store,
            "the edge is killed": self._kill_edge,
            "a Worker misbehaves": self._misbehave,
        }
        if disk is not None:
            self._accidents["the power is cut"] = self._cut_power

    def run(self, count: int) -> Report:
        """That many rounds, each accident in turn; at the end all that was acknowledged is looked for."""
        ledger = Ledger()
        report = Report(ledger)
        with self._running:
            self._edge = self._start()
            with opened(self._edge) as self._account:
                self._load = Load(self._account, ledger)
                self._load.prepare()
                with self._load.running():
                    for number in range(count):
                        accident = list(self._accidents)[number % len(self._accidents)]
                        ledger.accident = accident
                        time.sleep(self._random.uniform(0.2, 0.6))
                        began = time.monotonic()
                        self._accidents[accident]()
                        self._wait_until_well(ledger)
                        report.recovered.setdefault(accident, []).append(time.monotonic() - began)
                # Once more, with nothing after it that could hide a loss.
                (self._cut_power if self._disk else self._kill_edge)()
                report.lost = self._lost(ledger)
        return report

    def _start(self) -> RunningEdge:
        return self._running.enter_context(running_edge(self._data, self._environ, port=self._port))

    def _wait_until_well(self, ledger: Ledger) -> None:
        """Wait until every kind of request was answered again."""
        since = time.monotonic()
        while missing := [who for who in self._load.actors if ledger.good.get(who, 0.0) < since]:
            if time.monotonic() > since + _PATIENCE:
                raise AssertionError(f"not well again after {ledger.accident}: {missing} {ledger.failed}")
            time.sleep(0.01)

    def _lost(self, ledger: Ledger) -> list[str]:
        """What was acknowledged and is not there."""
        account = self._account
        there = {
            "kv": _read_all(account, "kv", ledger),
            "r2": _read_all(account, "r2", ledger),
            "d1": {row["name"]: row["value"] for row in account.query("SELECT name, value FROM written")},
        }
        diary = {
            f"{row['number']} {row['name']}"
            for row in json.loads(self._load.visit("diary"))
            if row["value"] == value(row["name"])
        }
        lost = [f"object {entry}" for entry in ledger.acknowledged["object"] - diary]
        lost += [
            f"{kind} {name}"
            for kind, values in there.items()
            for name in ledger.acknowledged[kind]
            if values.get(name) != value(name)
        ]
        until = time.monotonic() + _PATIENCE
        while missing := ledger.acknowledged["queue"] - {row["name"] for row in account.query("SELECT name FROM got")}:
            if time.monotonic() > until:
                lost += [f"message {name}" for name in missing]
                break
            time.sleep(0.1)
        return lost

    def _kill_edge(self) -> None:
        os.kill(self._edge.pid, signal.SIGKILL)
        self._running.close()
        self._edge = self._start()
        self._account.move(self._edge)

    def _cut_power(self) -> None:
        assert self._disk is not None
        os.kill(self._edge.pid, signal.SIGKILL)
        self._disk.cut()
        self._running.close()
        self._edge = self._start()
        self._account.move(self._edge)

    def _kill_store(self) -> None:
        os.kill(self._process(b"store.capnp", "cmdline"), signal.SIGKILL)

    def _kill_script(self) -> None:
        script = self._random.choice(["app", "writer", "consumer", "diary"])
        os.kill(self._process(f"={script}".encode(), "environ"), signal.SIGKILL)

    def _misbehave(self) -> None:
        for path, why in _ENDS.items():
            answer = self._account.visit("bad", f"/{path}")
            told = f"error code: 1102\nThe Worker bad {why} and was ended.\n"
            assert (answer.status_code, answer.text) == (503, told)
        assert self._load.visit("bad") == "well"

    def _process(self, mark: bytes, file: str) -> int:
        """A workerd of the edge that has the mark in a file of /proc."""
        while True:
            children = Path(f"/proc/{self._edge.pid}/task/{self._edge.pid}/children").read_text().split()
            for child in children:
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    if mark in Path(f"/proc/{child}/{file}").read_bytes():
                        return int(child)
            time.sleep(0.01)


def _read_all(account: Account, kind: str, ledger: Ledger) -> dict[str, str | None]:
    names = sorted(ledger.acknowledged[kind])
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(lambda name: account.read(kind, name), names), strict=True))
