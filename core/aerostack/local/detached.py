"""Start the supervisor in the background, and end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from aerostack.errors import AerostackError
from aerostack.local.folder import Addresses, Folder

#: Seconds for both services to start, and to end.
_START, _STOP = 130.0, 45.0

_STEP = 0.05


def start(folder: Folder, *, port: int, edge_port: int, environ: Mapping[str, str]) -> Addresses:
    """Run the supervisor in a session of its own and wait until everything answers; ports as for ``supervise``.

    Raises ``AerostackError`` with what it said when it does not start.
    """
    folder.make()
    log = folder.log("up")
    with log.open("wb") as sink:
        log.chmod(0o600)
        process = subprocess.Popen(
            # -P: by itself Python would look for modules in the folder that it is called in, which is a project's.
            [sys.executable, "-P", "-m", "aerostack.local", str(folder.path), str(port), str(edge_port)],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        running = folder.running()
        if running is not None and running.pid == process.pid:
            return running
        if process.poll() is not None:
            break
        time.sleep(_STEP)
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise AerostackError(f"server and edge did not start:\n{said}", hint=f"see the logs in {folder.path}", code="up")


def stop(folder: Folder) -> bool:
    """Ask the supervisor to end and wait for it; whether there was one. Raises ``AerostackError`` when it does not."""
    running = folder.running()
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP
    while time.monotonic() < deadline:
        if not folder.is_claimed():
            return True
        time.sleep(_STEP)
    raise AerostackError(
        f"process {running.pid} does not end", hint=f"kill -KILL {running.pid}; nothing is lost", code="down"
    )
