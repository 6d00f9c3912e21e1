"""How much a process may use: workerd itself has no such limits but that of the JavaScript heap."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aerostack_edge.model import ScriptVersion

#: Cloudflare's memory of a Worker; V8 ends a process whose heap outgrows it.
HEAP_MEGABYTES = 128
#: Cloudflare's CPU time of a request, for a Worker that sets no ``limits.cpu_ms``.
CPU_SECONDS = 30.0

_MEBIBYTE = 1024 * 1024
# The heap, as much again for buffers outside of it, and workerd, which is 50 by itself and shares most of that.
_MEMORY_MEBIBYTES = 384
# What the kernel lets a process have between two looks of the watchdog; workerd reserves 550 and touches 10, and more
# for each core.
_HARD_MEBIBYTES = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """CPU time of one request in seconds; memory in MiB: what ends a process, and what the kernel refuses to exceed."""

    cpu: float = CPU_SECONDS
    memory: float = math.inf
    hard_memory: int | None = None

    @classmethod
    def of(cls, version: ScriptVersion) -> Limits:
        """Those of a Worker."""
        cpu = CPU_SECONDS if version.cpu_ms is None else version.cpu_ms / 1000
        return cls(cpu=cpu, memory=_MEMORY_MEBIBYTES, hard_memory=_HARD_MEBIBYTES)

    def silence(self, requests: int) -> float:
        """CPU seconds that a process with so many requests in it may take without a word.

        Requests that came together are computed one after the other, and nothing is sent before the last one is done:
        each of them may need its whole time. Only for those with a short limit, lest a crowd prolong an endless loop.
        """
        return max(self.cpu, min(self.cpu * requests, CPU_SECONDS))

    @property
    def cpu_exceeded(self) -> str:
        """What a process is ended for."""
        return f"used more than its {self.cpu * 1000:.0f} ms of CPU time"

    def memory_exceeded(self, resident: int) -> str:
        """The same, when it holds more bytes than it may; else empty."""
        over = resident > self.memory * _MEBIBYTE
        return f"held more than its {self.memory:.0f} MiB of memory" if over else ""
