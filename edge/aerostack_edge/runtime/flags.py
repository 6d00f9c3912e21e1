"""Compatibility flags: which of them a Worker may have."""

from __future__ import annotations

import shutil
from pathlib import Path

from aerostack_edge.model import ScriptVersion
from aerostack_edge.runtime import capnp
from aerostack_edge.runtime.capnp import Value
from aerostack_edge.runtime.console import Line
from aerostack_edge.runtime.folder import Folder
from aerostack_edge.runtime.process import Process

_DATE = "2026-01-01"


class Flags:
    """Has workerd judge flags, once for each set of them.

    Processes of scripts run with ``--experimental`` for the sake of what is beside the Worker in them. There workerd
    would let the Worker, too, have flags that Cloudflare refuses; so a workerd without that option is asked first.
    """

    def __init__(self, workerd: Path, folder: Folder) -> None:
        self._workerd = workerd
        self._folder = folder
        self._good: set[tuple[str, frozenset[str]]] = set()

    async def check(self, version: ScriptVersion) -> None:
        """Raises ``StartupError`` with workerd's reason when one of the flags is not for Workers."""
        asked = (version.compatibility_date, frozenset(version.compatibility_flags))
        if not version.compatibility_flags or asked in self._good:
            return
        socket = self._folder.socket()
        scratch = self._folder.scratch()
        try:
            (scratch / "config.capnp").write_text(_config(version, socket))
            process = await Process.start(self._workerd, scratch / "config.capnp", sockets=1, environ={}, log=_quietly)
            await process.kill()
        finally:
            shutil.rmtree(scratch)
            socket.unlink(missing_ok=True)
        self._good.add(asked)


def _config(version: ScriptVersion, socket: Path) -> str:
    worker: dict[str, Value] = {
        "modules": [{"name": "main", "esModule": "export default {};"}],
        "compatibilityDate": version.compatibility_date or _DATE,
        "compatibilityFlags": version.compatibility_flags,
    }
    config: dict[str, Value] = {
        "services": [{"name": "main", "worker": worker}],
        "sockets": [{"name": "http", "address": f"unix:{socket}", "http": {}, "service": "main"}],
        "logging": {"structuredLogging": True},
    }
    return capnp.document(config)


def _quietly(line: Line) -> None:
    """What is said is in the error already."""
