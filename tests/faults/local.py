"""Faults of this machine, in a process of the command line: at a chosen write it is killed, or told that it cannot.

Python tells an audit hook of every file that is opened, renamed or removed before it happens. Nothing of ours is
replaced: a signal is sent, or the operating system's own error is raised there where it would be.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

#: Under this name a process is told what to do to itself.
VARIABLE = "FAULTS_LOCAL"

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class LocalFault:
    """What befalls the ``nth`` write of a file whose path ends with ``file``, at its ``stage``.

    ``open``: before it, or the temporary one that replaces it, is opened for writing; ``rename``: when that is written
    and synced, before it takes its place. ``doing`` is the name of a signal or of an ``errno``.
    """

    file: str
    stage: Literal["open", "rename"]
    doing: str
    nth: int = 1

    @property
    def name(self) -> str:
        which = f" {self.nth}" if self.nth > 1 else ""
        return f"{self.doing} at {self.stage} of {self.file}{which}"

    def environ(self, met: Path) -> dict[str, str]:
        """What a process finds in its environment that is to suffer it. It makes the file ``met`` when it does."""
        return {VARIABLE: json.dumps({"fault": asdict(self), "met": str(met)})}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the operating system: ``FSIZE``, bytes that a file may have, or ``NOFILE``, how many may be open."""

    what: Literal["FSIZE", "NOFILE"]
    value: int

    @property
    def name(self) -> str:
        return f"{self.what} {self.value}"

    def environ(self, met: Path) -> dict[str, str]:
        """As that of ``LocalFault``; the limit is met from the beginning."""
        return {VARIABLE: json.dumps({"limit": asdict(self), "met": str(met)})}


def suffer(environ: Mapping[str, str]) -> None:
    """Let this process suffer what its environment says."""
    told = json.loads(environ.get(VARIABLE, "{}"))
    if "limit" in told:
        Path(told["met"]).touch()
        limit = Limit(**told["limit"])
        resource.setrlimit(getattr(resource, f"RLIMIT_{limit.what}"), (limit.value, limit.value))
    if "fault" in told:
        sys.addaudithook(_hook(LocalFault(**told["fault"]), Path(told["met"])))


def _hook(fault: LocalFault, mark: Path) -> Callable[[str, tuple[Any, ...]], None]:
    met = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal met
        if _stage(event, arguments, fault.file) != fault.stage:
            return
        met += 1
        if met != fault.nth:
            return
        mark.touch()
        if fault.doing.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, fault.doing))
            return
        number = getattr(errno, fault.doing)
        raise OSError(number, os.strerror(number), str(arguments[0]))

    return hook


def _stage(event: str, arguments: tuple[Any, ...], file: str) -> str | None:
    """Which stage of writing ``file`` an event is."""
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, str | bytes | os.PathLike) or not (flags & _WRITING):
            return None
        folder, name = os.path.split(os.fsdecode(path))
        if name.endswith(".tmp"):  # `.NAME.xxxxxxxx.tmp`
            name = name[1 : -len(".xxxxxxxx.tmp")]
        return "open" if os.path.join(folder, name).endswith(file) else None  # noqa: PTH118
    if event == "os.rename":
        return "rename" if os.fsdecode(arguments[1]).endswith(file) else None
    return None
