"""Turn uploads away by their head while there is no room for them.

What a refusal costs is missing for the rest. This one comes before the body is collected, the key looked up and a task
begun, and says what ``Room.taken`` would have said.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from starlette.responses import Response

from aerostack_server.api.failures import shown
from aerostack_server.api.route import presented
from aerostack_server.deploys.room import Room
from aerostack_server.guard import SMALL, largest, security_headers
from aerostack_server.identity import keys


class Admission:
    """The gate of a ``Protocol``. ``log`` gets the line that ``Guard`` would have written."""

    def __init__(self, room: Room, *, secure: bool, log: Callable[[str], None] | None = None) -> None:
        self._room = room
        self._headers = security_headers(secure)
        self._log = log

    def __call__(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Response | None:
        """The answer to an upload that is not let in. Everything else passes."""
        path = target.partition(b"?")[0].decode("ascii", "backslashreplace")
        most = largest(method.decode("ascii"), path)
        if most == SMALL:
            return None
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        announced = said.get("content-length", "")
        size = int(announced) if announced.isdecimal() else most
        if size > most:
            return None  # that is what it has to be told
        key = presented(said)
        problem = self._room.refusal(size, keys.key_id(key) if key else None)
        if problem is None:
            return None
        identifier = secrets.token_hex(8)
        if self._log is not None:
            self._log(f"{method.decode('ascii')} {path} {problem.status} 0ms {identifier}")
        refused = shown(problem)
        refused.raw_headers += [*self._headers, (b"x-request-id", identifier.encode())]
        return refused
