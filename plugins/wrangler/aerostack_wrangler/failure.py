"""What it means when wrangler ends with another status than 0, or says nothing."""

from __future__ import annotations

import re
import signal

from aerostack.errors import CommandError
from aerostack.model import CommandResult, Project
from aerostack_wrangler.log import status
from aerostack_wrangler.place import config_file
from aerostack_wrangler.session import Session

# wrangler writes its errors in colour, whoever reads them.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_QUOTED = re.compile(r'"([\w.\[\]-]+)"')
# What wrangler says of a request that got no answer, or one of somebody in between.
_NO_ANSWER = ("fetch failed", "terminated", "Received a malformed response from the API")
_REQUEST = "A request to the Cloudflare API ("
_TOO_MANY = frozenset({971, 10429})
# An error of Cloudflare's own, at these paths; of KV the same code means that a namespace is missing.
_INTERNAL = 10013
_WITH_INTERNAL = ("/workers/", "/queues/")
_CODE = re.compile(r"\[code: (\d+)\]")


def passing(result: CommandResult, reported: Session) -> bool:
    """Whether wrangler failed at what may be over by now: no answer, a gateway's, an outage, too many requests.

    Of its requests it repeats a few only, and most of those that it does not can be repeated without harm.
    """
    said = reported.failure
    if result.status <= 0 or said is None:
        return False
    failed = _listed(said) or [(said, reported.code)]
    return all(_is_passing(request, code, reported.log) for request, code in failed)


def _listed(said: str) -> list[tuple[str, int | None]]:
    """Of several triggers wrangler tells the failures of each, in a list: the requests, and the codes below them."""
    found: list[tuple[str, int | None]] = []
    for line in said.splitlines():
        item = line.strip().removeprefix("- ")
        if item == line.strip():
            continue
        if item in _NO_ANSWER or item.startswith(_REQUEST):
            found.append((item, None))
        elif found and (code := _CODE.search(item)):
            found[-1] = (found[-1][0], int(code[1]))
    return found


def _is_passing(request: str, code: int | None, log: str | None) -> bool:
    if request in _NO_ANSWER or code in _TOO_MANY:
        return True
    if code == _INTERNAL and any(path in request for path in _WITH_INTERNAL):
        return True
    # Not all of it: wrangler may end before the last of its log is written.
    answered = status(log, request)
    return answered is not None and (answered == 429 or answered >= 500)


def failure(result: CommandResult, reported: Session, project: Project, *, applied: bool | None) -> CommandError:
    """The error for a wrangler that failed. ``applied`` is what the account shows."""
    said = reported.failure
    error = CommandError(
        f"wrangler: {_reason(result, reported)}" if said else _ended(result),
        argv=result.argv,
        status=result.status,
        stderr=_COLOUR.sub("", result.stderr),
    )
    error.applied = applied
    error.remote_status = status(reported.log, said) if said else None
    if applied is None:
        error.hint = "the new version may be live already: see what `aerostack plan` says, then deploy again"
    elif said and "configuration" in said:
        _locate(error, said, project)
    return error


def unreported(result: CommandResult) -> CommandError:
    """The error for a wrangler that ended well, but neither reported a version nor has one live."""
    error = CommandError(
        "wrangler ended without an error, but reported no version, and none of this run is live",
        argv=result.argv,
        status=result.status,
        stderr=_COLOUR.sub("", result.stderr),
        hint="see what it said above; deploy again, and report it as a bug if it stays",
        code="wrangler_unreported",
    )
    error.applied = None
    return error


def _reason(result: CommandResult, reported: Session) -> str:
    """wrangler's message; for a request that Cloudflare refused, Cloudflare's own sentence, which stderr has alone."""
    said = (reported.failure or "").strip()
    mark = f"[code: {reported.code}]"
    if reported.code is None:
        return said
    quoted = [_COLOUR.sub("", line).strip() for line in result.stderr.splitlines() if mark in line]
    return f"{said} {quoted[-1] if quoted else mark}"


def _ended(result: CommandResult) -> str:
    if result.status < 0:
        try:
            name = signal.Signals(-result.status).name
        except ValueError:
            name = str(-result.status)
        return f"wrangler was killed by {name} before it was done"
    return f"wrangler ended with status {result.status} and no message of its own: what it printed is above"


def _locate(error: CommandError, said: str, project: Project) -> None:
    """The place in aerostack.toml of the first key that wrangler complains about."""
    for key in _QUOTED.findall(said):
        where = project.where.get(key)
        if where is not None:
            error.where = where
            error.hint = f"correct `{key}` there: wrangler does not accept it"
            return
    given = config_file(project).relative_to(project.root)
    error.hint = f"correct it in {project.file.name}; what wrangler was given is in {given}"
