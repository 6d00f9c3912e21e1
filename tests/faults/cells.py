"""The matrix as data: each cell is one flow through the command line, one call of it, and what becomes of that call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tests.clocks import DAY, HOUR
from tests.faults import fault as f
from tests.faults.fault import Fault
from tests.faults.local import Limit, LocalFault
from tests.faults.skew import Skew

#: ``first`` makes everything; ``redeploy`` brings new code to what is there; ``checkout`` does so from a fresh copy of
#: the repository, which knows no id and has no journal; ``again`` has nothing to do. ``triggers`` gives a project
#: that is deployed a schedule and makes it a consumer; ``other triggers`` changes both. ``account`` is a redeploy that
#: has to find its account; ``files`` and ``files again`` publish static files. ``orphans`` deletes what is not used any
#: more; the others are the commands of their names.
Flow = Literal[
    "first", "redeploy", "checkout", "again", "triggers", "other triggers", "account", "files", "files again",
    "rollback", "set secret", "delete secret", "migrate", "orphans",
]  # fmt: skip

#: What must become of the deploy: it heals by itself; it fails, and the next one heals; a signal ends it, and the next
#: one heals.
Fate = Literal["heals", "fails", "ends"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The call meets the fault ``times`` in a row, after ``skip`` calls of that name that go well. A fault of this
    machine meets no call, ``call`` is empty then, unless it is a clock that is set at one. ``lost`` is another call,
    whose first answer is lost before. A ``nightly`` cell says little more than others.
    """

    backend: str
    flow: Flow
    call: str
    fault: Fault | LocalFault | Limit | Skew
    fate: Fate
    times: int = 1
    skip: int = 0
    lost: str = ""
    nightly: bool = False

    @property
    def name(self) -> str:
        which = f" {self.skip + 1}" if self.skip else ""
        often = f" x{self.times}" if self.times > 1 else ""
        where = f"{self.call}{which}: " if self.call else ""
        lost = f", as the answer to {self.lost} is lost" if self.lost else ""
        return f"{self.backend} {self.flow}: {where}{self.fault.name}{often}{lost}"


_READS = ("settings", "deployments", "versions", "worker", "subdomain", "database", "namespaces", "bucket", "queues")
_CREATIONS = ("create database", "create namespace", "create bucket", "create queue")

#: Every call of each flow through ``cfapi`` when nothing goes wrong. Those at the end are made once more, to look.
_LOOK = ("deployments", "worker")
CFAPI: dict[Flow, tuple[str, ...]] = {
    "first": (*_READS, *_CREATIONS, "upload", "set address"),
    "redeploy": (*_READS, "upload"),
    "checkout": (*_READS, "upload"),
    "again": _LOOK,
    "triggers": (*_READS, "schedules", "set schedules", "add consumer"),
    "other triggers": (*_READS, "schedules", "set schedules", "change consumer"),
}

#: Faults after which a deploy must go on as if nothing had been. Of a read, nothing is ever applied.
_PASSING = (f.REFUSED, f.RESET, f.CUT, f.SLOW_DOWN, f.BROKEN, f.PAGE)
_PASSING_TOO = (f.BAD_GATEWAY, f.UNAVAILABLE, f.ORIGIN_DOWN, f.MALFORMED)
_PASSING_WRITES = (f.LOST, f.BAD_GATEWAY_APPLIED, f.GATEWAY_TIMEOUT, f.PAGE_APPLIED)
#: How a server can ask for patience. Each costs the seconds that it asks for, so one read and one write are enough.
_WAITS = (f.SLOW_DOWN_NOW, f.SLOW_DOWN_SECOND, f.SLOW_DOWN_NONSENSE, f.UNTIL)
_SILENCE = (f.HUNG, f.HUNG_APPLIED)
#: Answers that nobody should go on after; the next deploy, without them, must.
_WRONG = (f.NO_SUCCESS, f.NO_RESULT, f.WRONG_TYPE, f.EXPIRED, f.FORBIDDEN, f.HOUR)
_FATAL = (f.KILLED, f.KILLED_APPLIED, f.INTERRUPTED, f.INTERRUPTED_APPLIED)
#: What sets them.
_TRIGGERS: dict[Flow, tuple[str, ...]] = {
    "triggers": ("set schedules", "add consumer"),
    "other triggers": ("set schedules", "change consumer"),
}
#: Enough that no number of attempts outlasts it.
_FOR_EVER = 1000


#: Of what passes, that which differs for a read: the connection, and something else's answer.
_READ_BY_DAY = frozenset({f.RESET, f.PAGE})


def _healed(backend: str, flow: Flow, call: str, *, writes: bool, skip: int = 0) -> Iterator[Cell]:
    """One call under everything that passes."""
    for fault in (*_PASSING, *_PASSING_TOO, *(_PASSING_WRITES if writes else ())):
        yield Cell(backend, flow, call, fault, "heals", skip=skip, nightly=not writes and fault not in _READ_BY_DAY)


def cfapi() -> Iterator[Cell]:
    """The cells of the backend ``cfapi``."""
    for call in CFAPI["first"]:
        writes = call not in _READS
        yield from _healed("cfapi", "first", call, writes=writes)
        for fault in _FATAL if writes else _FATAL[:1]:
            yield Cell("cfapi", "first", call, fault, "ends")
        for fault in _WRONG if writes else _WRONG[2:5]:
            yield Cell("cfapi", "first", call, fault, "fails")
        yield Cell("cfapi", "first", call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
    for flow in ("redeploy", "checkout"):
        for call in CFAPI[flow]:
            writes = call not in _READS
            if writes:
                yield from _healed("cfapi", flow, call, writes=True)
            else:
                yield Cell("cfapi", flow, call, f.RESET, "heals", nightly=True)
            for fault in _FATAL if writes else ():
                yield Cell("cfapi", flow, call, fault, "ends")
            # A read whose failure must never be taken for "there is none".
            yield Cell("cfapi", flow, call, f.BROKEN, "fails", times=_FOR_EVER, nightly=flow == "redeploy")
            yield Cell("cfapi", flow, call, f.FORBIDDEN, "fails", times=_FOR_EVER)
    for call in _LOOK:
        yield from _healed("cfapi", "again", call, writes=False)
        yield from _healed("cfapi", "redeploy", call, writes=False, skip=1)
        for fault in (f.KILLED, f.INTERRUPTED):
            yield Cell("cfapi", "first", call, fault, "ends", skip=1)
            yield Cell("cfapi", "redeploy", call, fault, "ends", skip=1)
        yield Cell("cfapi", "redeploy", call, f.UNAVAILABLE, "fails", times=_FOR_EVER, skip=1)
        yield Cell("cfapi", "redeploy", call, f.FORBIDDEN, "fails", times=_FOR_EVER, skip=1)
        yield Cell("cfapi", "again", call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
    for flow, calls in _TRIGGERS.items():
        for call in calls:
            for cell in _trigger(flow, call):
                by_day = flow == "triggers" and cell.fault in (f.LOST, f.FORBIDDEN, f.KILLED_APPLIED)
                yield replace(cell, nightly=not by_day)
    # The read that the plan is made of, and that which looks afterwards.
    for skip in (0, 1):
        yield Cell("cfapi", "triggers", "schedules", f.RESET, "heals", skip=skip, nightly=True)
        yield Cell("cfapi", "triggers", "schedules", f.FORBIDDEN, "fails", skip=skip, times=_FOR_EVER)
    for call in ("namespaces", *_CREATIONS, "upload", "set address"):
        for fault in _SILENCE:
            yield Cell("cfapi", "first", call, fault, "heals")
    for call in ("database", "upload"):
        for fault in _WAITS:
            yield Cell("cfapi", "redeploy", call, fault, "heals")


def _trigger(flow: Flow, call: str) -> Iterator[Cell]:
    """A call that sets one, under everything."""
    yield from _healed("cfapi", flow, call, writes=True)
    for fault in _FATAL:
        yield Cell("cfapi", flow, call, fault, "ends")
    yield Cell("cfapi", flow, call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
    yield Cell("cfapi", flow, call, f.FORBIDDEN, "fails")


#: Which read tells whether a creation was applied.
_TELLS = {
    "create database": "database", "create namespace": "namespaces", "create bucket": "bucket",
    "create queue": "queues", "upload": "versions",
}  # fmt: skip


def stale() -> Iterator[Cell]:
    """Reads that lag behind: those that decide about a creation in doubt, and those that look in the end."""
    for creation, look in _TELLS.items():
        yield Cell("cfapi", "first", look, f.STALE, "heals", skip=1, times=2, lost=creation)
    for flow in ("first", "redeploy"):
        for call in _LOOK:
            yield Cell("cfapi", flow, call, f.STALE, "heals", skip=1, times=2)
    yield Cell("cfapi", "rollback", "deployments", f.STALE, "heals", skip=1, lost="post deployment")
    yield Cell("cfapi", "set secret", "secrets", f.STALE, "heals", skip=1)
    yield Cell("cfapi", "delete secret", "secrets", f.STALE, "heals", skip=1)
    for kind in ("database", "namespaces", "bucket", "queues"):
        yield Cell("cfapi", "orphans", kind, f.STALE, "heals", skip=1, times=2)


#: The reads of a deploy that needs no resources.
_SURVEY = ("settings", "deployments", "versions", "worker", "subdomain")

#: Every call of a deploy of another shape and of the other commands, on an account of one's own.
ACCOUNT: dict[Flow, tuple[str, ...]] = {
    "account": ("accounts", *CFAPI["redeploy"]),
    "files": (*_SURVEY, "open files", "send files", "upload", "set address"),
    "files again": (*_SURVEY, "open files", "send files", "upload"),
    "rollback": ("deployments", "post deployment"),
    "set secret": ("secrets", "deployments", "set secret"),
    "delete secret": ("secrets", "deployments", "delete secret"),
    "migrate": ("query",),
    "orphans": (
        "settings", "database", "namespaces", "bucket", "queues",
        "delete database", "delete namespace", "delete bucket", "delete queue",
    ),
}  # fmt: skip
#: Of each, the calls that are no other flow's too.
_OWN: dict[Flow, tuple[str, ...]] = {
    **ACCOUNT,
    "account": ("accounts",),
    "files": ("open files", "send files"),
    "files again": ("send files",),
}
_READING = (*_READS, "accounts", "secrets")


def account() -> Iterator[Cell]:
    """The cells of those: through ``cfapi``, as ``wrangler`` does the same in the same way."""
    for flow, calls in _OWN.items():
        for call in calls:
            yield from _of_a_command("cfapi", flow, call, writes=call not in _READING)


#: The faults that say most of a call which goes through the same client as all others; the rest is for the night.
_TELLING = frozenset({f.RESET, f.LOST, f.KILLED_APPLIED, f.FORBIDDEN})


def _of_a_command(backend: str, flow: Flow, call: str, *, writes: bool) -> Iterator[Cell]:
    """One call under everything."""
    fates: tuple[tuple[Fate, tuple[Fault, ...]], ...] = (
        ("heals", (*_PASSING, *_PASSING_TOO, *(_PASSING_WRITES if writes else ()))),
        ("ends", _FATAL if writes else _FATAL[:1]),
        ("fails", (f.NO_RESULT, f.WRONG_TYPE, f.EXPIRED, f.FORBIDDEN) if writes else (f.WRONG_TYPE, f.FORBIDDEN)),
    )
    for fate, faults in fates:
        for fault in faults:
            yield Cell(backend, flow, call, fault, fate, nightly=fault not in _TELLING)
    yield Cell(backend, flow, call, f.UNAVAILABLE, "fails", times=_FOR_EVER, nightly=not writes)


#: Every call of a client to Aerostack, and of Aerostack to its platform, when nothing goes wrong.
HOSTED: dict[Flow, tuple[str, ...]] = {
    "first": ("me", "environment", "projects", "create project", "ensure resources", "deploy"),
    "redeploy": ("me", "environment", "deploy"),
    "again": ("me", "environment"),
}
HOSTED_COMMANDS: dict[Flow, tuple[str, ...]] = {
    "rollback": ("me", "history", "roll back"),
    "set secret": ("me", "put secrets"),
    "delete secret": ("me", "secrets of", "drop secret"),
    "migrate": ("me", "migrations", "migrate"),
}
PLATFORM: dict[Flow, tuple[str, ...]] = {"first": (*_CREATIONS, "dispatch"), "redeploy": ("dispatch",)}
_HOSTED_READS = ("me", "environment", "projects", "history", "migrations", "secrets of")


def hosted() -> Iterator[Cell]:
    """The cells of the backend ``aerostack``, with the layer between the client and the server."""
    for flow, calls in HOSTED.items():
        for call in calls:
            writes = call not in _HOSTED_READS
            yield from _healed("aerostack", flow, call, writes=writes)
            for fault in _FATAL if writes else _FATAL[:1]:
                yield Cell("aerostack", flow, call, fault, "ends", nightly=not writes)
            for fault in (f.WRONG_TYPE, f.EXPIRED, f.FORBIDDEN):
                yield Cell("aerostack", flow, call, fault, "fails", nightly=not writes and fault != f.FORBIDDEN)
            yield Cell("aerostack", flow, call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
    yield Cell("aerostack", "first", "deploy", f.SLOW_DOWN_SECOND, "heals")
    for flow, calls in HOSTED_COMMANDS.items():
        for call in calls[1:]:
            yield from _of_a_command("aerostack", flow, call, writes=call not in _HOSTED_READS)


#: The server asks its platform through the same client as ``cfapi`` does; the rest is for the night.
_TELLING_OF_PLATFORM = _TELLING | {f.SLOW_DOWN, f.PAGE_APPLIED}


def platform() -> Iterator[Cell]:
    """The same, with the layer between the server and its platform."""
    for flow, calls in PLATFORM.items():
        for call in calls:
            for cell in _healed("aerostack, its platform", flow, call, writes=True):
                yield replace(cell, nightly=cell.fault not in _TELLING_OF_PLATFORM)
            for fault in (f.WRONG_TYPE, f.FORBIDDEN):
                yield Cell("aerostack, its platform", flow, call, fault, "fails")
            # The server asks again and again, and the client the server.
            once = (flow, call) in (("first", "create database"), ("redeploy", "dispatch"))
            long = Cell("aerostack, its platform", flow, call, f.UNAVAILABLE, "fails", times=_FOR_EVER)
            yield replace(long, nightly=not once)


#: Every call of each flow through ``wrangler``: ours, then wrangler's own, then ours again to look.
_WRANGLERS = ("service", "secrets")
WRANGLER: dict[Flow, tuple[str, ...]] = {
    "first": (*_READS, *_CREATIONS, *_WRANGLERS, "upload", "set address"),
    "redeploy": (*_READS, *_WRANGLERS, "post version", "post deployment", "patch settings", "set address"),
    "again": _LOOK,
}
TRIGGERS = ("add consumer", "set schedules")
#: wrangler takes a second or two to do anything, so most of its cells are for the night: of its own calls, as ours are
#: those of ``cfapi``.
_BY_DAY = frozenset(
    {
        ("first", "service", f.RESET), ("first", "upload", f.LOST), ("first", "set address", f.CUT),
        ("redeploy", "secrets", f.SLOW_DOWN), ("redeploy", "post version", f.BAD_GATEWAY),
        ("redeploy", "post deployment", f.LOST), ("redeploy", "post deployment", f.KILLED_APPLIED),
        ("redeploy", "patch settings", f.BROKEN), ("redeploy", "patch settings", f.FORBIDDEN),
    }
)  # fmt: skip


def wrangler(backend: str = "wrangler") -> Iterator[Cell]:
    """The cells of the backend ``wrangler``: the calls that wrangler makes itself."""
    for flow in ("first", "redeploy"):
        for call in WRANGLER[flow]:
            if call in (*_READS, *_CREATIONS):
                continue
            for fault in (f.RESET, f.LOST, f.CUT, f.SLOW_DOWN, f.BROKEN, f.BAD_GATEWAY, f.PAGE):
                yield Cell(backend, flow, call, fault, "heals", nightly=(flow, call, fault) not in _BY_DAY)
            for fault in (f.KILLED, f.KILLED_APPLIED):
                yield Cell(backend, flow, call, fault, "ends", nightly=(flow, call, fault) not in _BY_DAY)
            by_day = (flow, call, f.FORBIDDEN) in _BY_DAY
            yield Cell(backend, flow, call, f.FORBIDDEN, "fails", nightly=not by_day, times=_FOR_EVER)


def triggers(backend: str = "wrangler") -> Iterator[Cell]:
    """The calls that set what starts a Worker beside a request, which is wrangler's doing alone."""
    for call in TRIGGERS:
        for fault in (f.RESET, f.LOST, f.SLOW_DOWN, f.BROKEN, f.BAD_GATEWAY):
            yield Cell(backend, "triggers", call, fault, "heals", nightly=(call, fault) != ("set schedules", f.LOST))
        yield Cell(backend, "triggers", call, f.KILLED_APPLIED, "ends", nightly=True)
        yield Cell(backend, "triggers", call, f.FORBIDDEN, "fails", nightly=True, times=_FOR_EVER)


#: What a deploy through ``cfapi`` writes here, in a first deploy: how often, at least.
_WRITTEN = {"_base.lock": 1, ".aerostack/.gitignore": 1, "_base.json": 9, "aerostack.toml": 1}


def machine() -> Iterator[Cell]:
    """The faults of this machine."""
    for file, often in _WRITTEN.items():
        stages: tuple[Literal["open", "rename"], ...] = ("open", "rename") if file.endswith(("on", "ml")) else ("open",)
        for stage in stages:
            for nth in sorted({1, 2, often // 2 + 1, often} & set(range(1, often + 1))):
                for doing in ("SIGKILL", "SIGINT"):
                    yield Cell("cfapi", "first", "", LocalFault(file, stage, doing, nth), "ends")
            for doing in ("ENOSPC", "EROFS", "EACCES", "EIO", "EMFILE"):
                yield Cell("cfapi", "first", "", LocalFault(file, stage, doing), "fails")
    for doing in ("ENOSPC", "SIGKILL"):
        fate: Fate = "ends" if doing == "SIGKILL" else "fails"
        yield Cell("cfapi", "redeploy", "", LocalFault("_base.json", "rename", doing), fate)
    yield Cell("cfapi", "first", "", Limit("FSIZE", 0), "fails")
    yield Cell("cfapi", "first", "", Limit("FSIZE", 300), "fails")
    yield Cell("cfapi", "first", "", Limit("NOFILE", 6), "fails")
    yield Cell("cfapi", "first", "", Limit("NOFILE", 12), "fails")


def clocks() -> Iterator[Cell]:
    """The clock of this machine is wrong, or is set while a deploy runs. Nothing may depend on it."""
    for seconds in (HOUR, -HOUR):
        wrong, suddenly = Skew(seconds), Skew(seconds, suddenly=True)
        for flow in ("first", "redeploy", "checkout", "again", "files", "files again", "rollback", "set secret"):
            yield Cell("cfapi", flow, "", wrong, "heals", nightly=flow not in ("first", "files again"))
        for flow, call in (("first", "create database"), ("redeploy", "upload"), ("files again", "send files")):
            yield Cell("cfapi", flow, call, suddenly, "heals", nightly=flow != "files again")
        for fault in (f.UNTIL, f.UNDATED):
            yield Cell("cfapi", "redeploy", "upload", Skew(seconds, beside=fault), "heals", nightly=seconds > 0)
        for flow in ("first", "redeploy", "again"):
            yield Cell("aerostack", flow, "", wrong, "heals", nightly=flow != "first")
        yield Cell("aerostack", "first", "deploy", suddenly, "heals", nightly=True)
        for flow in ("first", "redeploy"):
            yield Cell("wrangler", flow, "", wrong, "heals", nightly=True)
    for seconds in (-5000 * DAY, 5000 * DAY):
        for flow in ("first", "redeploy"):
            yield Cell("cfapi", flow, "", Skew(seconds), "heals", nightly=True)
