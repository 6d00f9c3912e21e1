"""The faults of a network, as values: what becomes of a request, and of its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

Ending = Literal["answer", "reset", "cut", "silence", "kill", "interrupt", "stale"]

_PAGE = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>An error occurred.</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """``applied`` says whether the account gets the request. Then the client gets what ``ending`` says:

    ``answer``: ``said`` if there is one, else what the account answered; ``reset``: the connection breaks; ``cut``:
    half of the answer; ``silence``: nothing, for ever; ``kill`` and ``interrupt``: a signal, and then nothing.
    ``stale``: what was answered to the first request like it.
    ``refused`` are the seconds for which no connection is accepted afterwards.
    """

    name: str
    applied: bool
    ending: Ending
    said: bytes | None = None
    refused: float = 0.0


def answer(status: int, body: bytes, *headers: str, kind: str = "application/json") -> bytes:
    """A whole answer."""
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def refusal(status: int, code: int, *headers: str) -> bytes:
    """A refusal in Cloudflare's form."""
    errors = [{"code": code, "message": "refused by the fault layer"}]
    return answer(status, json.dumps({"success": False, "errors": errors, "result": None}).encode(), *headers)


def page(status: int, *headers: str) -> bytes:
    """What a gateway says."""
    return answer(status, _PAGE, *headers, kind="text/html")


def said(name: str, answered: bytes, *, applied: bool = False) -> Fault:
    """A fault that is an answer."""
    return Fault(name, applied, "answer", answered)


_DATE = "Wed, 21 Oct 2015 07:28:{:02} GMT"

# The numbers are those of the columns of the matrix.
REFUSED = Fault("F1 refused", False, "reset", refused=0.008)
RESET = Fault("F2 reset before it was applied", False, "reset")
LOST = Fault("F3 applied, answer lost", True, "reset")
CUT = Fault("F4 applied, answer cut", True, "cut")
HUNG = Fault("F5 silence", False, "silence")
HUNG_APPLIED = Fault("F5 applied, silence", True, "silence")
SLOW_DOWN = said("F6 429", refusal(429, 971))
SLOW_DOWN_NOW = said("F6 429, Retry-After 0", refusal(429, 971, "Retry-After: 0"))
SLOW_DOWN_SECOND = said("F6 429, Retry-After 1", refusal(429, 971, "Retry-After: 1"))
SLOW_DOWN_NONSENSE = said("F6 429, Retry-After nonsense", page(429, "Retry-After: soon"))
UNTIL = said(
    "F6 429, Retry-After a date of a clock that is years behind",
    refusal(429, 971, f"Date: {_DATE.format(0)}", f"Retry-After: {_DATE.format(1)}"),
)
UNDATED = said(
    "F6 429, Retry-After a date, and no Date", refusal(429, 971, "Retry-After: Wed, 21 Oct 2043 07:28:00 GMT")
)
HOUR = said("F6 429, Retry-After an hour", refusal(429, 971, "Retry-After: 3600"))
BROKEN = said("F7 500", refusal(500, 10013))
BAD_GATEWAY = said("F7 502, a page", page(502))
BAD_GATEWAY_APPLIED = said("F7 applied, 502, a page", page(502), applied=True)
UNAVAILABLE = said("F7 503", page(503))
GATEWAY_TIMEOUT = said("F7 applied, 504", page(504), applied=True)
ORIGIN_DOWN = said("F7 522, a page", page(522))
PAGE = said("F8 200, a page", page(200))
PAGE_APPLIED = said("F8 applied, 200, a page", page(200), applied=True)
MALFORMED = said("F8 200, no JSON", answer(200, b'{"success": tru'))
CHALLENGE = said("F8 a challenge", page(403, "cf-mitigated: challenge"))
NO_SUCCESS = said("F9 200, no success", refusal(200, 10000))
EMPTY = answer(200, b'{"success": true, "errors": [], "messages": [], "result": []}')
NO_RESULT = said("F9 200, no result", answer(200, b'{"success": true, "errors": [], "messages": []}'))
WRONG_TYPE = said(
    "F9 200, a result of a wrong type", answer(200, b'{"success": true, "errors": [], "messages": [], "result": 7}')
)
EXPIRED = said("F10 401", refusal(401, 10000))
FORBIDDEN = said("F10 403", refusal(403, 10000))
STALE = Fault("F11 as it was before", True, "stale")
KILLED = Fault("F12 SIGKILL before", False, "kill")
KILLED_APPLIED = Fault("F12 SIGKILL after", True, "kill")
INTERRUPTED = Fault("F12 SIGINT before", False, "interrupt")
INTERRUPTED_APPLIED = Fault("F12 SIGINT after", True, "interrupt")
