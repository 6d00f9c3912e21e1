"""The matrix as data: each cell is one flow through the command line, one call of it, and what becomes of that call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.faults import fault as f
from tests.faults.fault import Fault

#: ``first`` makes everything; ``redeploy`` brings new code to what is there; ``checkout`` does so from a fresh copy of
#: the repository, which knows no id and has no journal.
Flow = Literal["first", "redeploy", "checkout"]

#: What must become of the deploy: it heals by itself; it fails, and the next one heals; a signal ends it, and the next
#: one heals.
Fate = Literal["heals", "fails", "ends"]


@dataclass(frozen=True, slots=True)
class Cell:
    """``times`` is how often in a row the call meets the fault."""

    backend: str
    flow: Flow
    call: str
    fault: Fault
    fate: Fate
    times: int = 1

    @property
    def name(self) -> str:
        often = f" ×{self.times}" if self.times > 1 else ""
        return f"{self.backend} {self.flow}: {self.call}: {self.fault.name}{often}"


_READS = ("settings", "deployments", "versions", "worker", "subdomain", "database", "namespaces", "bucket", "queues")
_CREATIONS = ("create database", "create namespace", "create bucket", "create queue")

#: Every call of each flow through ``cfapi`` when nothing goes wrong.
CFAPI: dict[Flow, tuple[str, ...]] = {
    "first": (*_READS, *_CREATIONS, "upload", "set address"),
    "redeploy": (*_READS, "upload"),
    "checkout": (*_READS, "upload"),
}

#: Faults after which a deploy must go on as if nothing had been. Of a read, nothing is ever applied.
_PASSING = (
    f.REFUSED, f.RESET, f.CUT, f.SLOW_DOWN, f.BROKEN, f.BAD_GATEWAY, f.UNAVAILABLE, f.ORIGIN_DOWN, f.PAGE, f.MALFORMED,
)  # fmt: skip
_PASSING_WRITES = (f.LOST, f.BAD_GATEWAY_APPLIED, f.GATEWAY_TIMEOUT, f.PAGE_APPLIED)
#: How a server can ask for patience. Each costs the seconds that it asks for, so one read and one write are enough.
_WAITS = (f.SLOW_DOWN_NOW, f.SLOW_DOWN_SECOND, f.SLOW_DOWN_NONSENSE, f.UNTIL)
_SILENCE = (f.HUNG, f.HUNG_APPLIED)
#: Answers that nobody should go on after; the next deploy, without them, must.
_WRONG = (f.NO_SUCCESS, f.NO_RESULT, f.WRONG_TYPE, f.EXPIRED, f.FORBIDDEN, f.HOUR)
_FATAL = (f.KILLED, f.KILLED_APPLIED, f.INTERRUPTED, f.INTERRUPTED_APPLIED)
#: Enough that no number of attempts outlasts it.
_FOR_EVER = 1000


def cfapi() -> Iterator[Cell]:
    """The cells of the backend ``cfapi``."""
    for call in CFAPI["first"]:
        writes = call not in _READS
        for fault in (*_PASSING, *(_PASSING_WRITES if writes else ())):
            yield Cell("cfapi", "first", call, fault, "heals")
        for fault in _FATAL if writes else _FATAL[:1]:
            yield Cell("cfapi", "first", call, fault, "ends")
        for fault in _WRONG if writes else _WRONG[2:5]:
            yield Cell("cfapi", "first", call, fault, "fails")
        yield Cell("cfapi", "first", call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
    for flow in ("redeploy", "checkout"):
        for call in CFAPI[flow]:
            writes = call not in _READS
            for fault in (*_PASSING, *_PASSING_WRITES) if writes else (f.RESET, f.BROKEN, f.CUT):
                yield Cell("cfapi", flow, call, fault, "heals")
            for fault in _FATAL if writes else ():
                yield Cell("cfapi", flow, call, fault, "ends")
            # The read whose failure must never be taken for "there is none".
            yield Cell("cfapi", flow, call, f.BROKEN, "fails", times=_FOR_EVER)
            yield Cell("cfapi", flow, call, f.FORBIDDEN, "fails", times=_FOR_EVER)
    for call in ("namespaces", *_CREATIONS, "upload", "set address"):
        for fault in _SILENCE:
            yield Cell("cfapi", "first", call, fault, "heals")
    for call in ("database", "upload"):
        for fault in _WAITS:
            yield Cell("cfapi", "redeploy", call, fault, "heals")


def cells() -> list[Cell]:
    """All of them."""
    return list(cfapi())
