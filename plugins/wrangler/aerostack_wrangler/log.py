"""The HTTP status of a request that failed: wrangler tells it nowhere but in its own log."""

from __future__ import annotations

import re
from pathlib import Path

_REQUEST = re.compile(r"-- START CF API REQUEST: [A-Z]+ (\S+)")
_RESPONSE = re.compile(r"-- START CF API RESPONSE: .*?(\d{3})\s*$")
_PATH = re.compile(r"\((/[^)\s]+)\)")
# The end of the log is what counts; a body that was logged may be as large as the Worker.
_MOST = 4 * 1024 * 1024


def status(log: str | None, failed: str) -> int | None:
    """The status of the last answer at the path that the message ``failed`` names.

    ``None`` when the log is not there, which users can ask for, or says nothing of it.
    """
    path = _PATH.search(failed)
    if log is None or path is None:
        return None
    found = None
    asked = False
    for line in _tail(Path(log)):
        if request := _REQUEST.search(line):
            asked = request[1].endswith(path[1])
        elif asked and (response := _RESPONSE.search(line)):
            found, asked = int(response[1]), False
    return found


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _MOST))
            return file.read(_MOST).decode(errors="replace").splitlines()
    except OSError:  # its absence is no failure of the deploy, which has one to tell of already
        return []
