"""Answers that no API promised: missing, extra, null, of another type, HTML, truncated, huge, or no JSON at all."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import aerostack_cloudflare
import aerostack_hosted
from aerostack.http.transport import Answer, Limits, Request

_READ = re.compile(
    r"\.(text|optional_text|identifier|flag|number|optional_number|texts|records|record|get)\(\s*\"(\w+)\"(?:, (\w+))?"
)


def _fields() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for package in (aerostack_cloudflare, aerostack_hosted):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for kind, name, form in _READ.findall(file.read_text(encoding="utf-8")):
                found[name].add(form if kind == "identifier" else kind)
    return found


#: Every name that one of our clients looks for in an answer, and as what.
FIELDS = _fields()

# Those of which we know what they have to be.
_CHECKED = {name: kinds - {"get"} for name, kinds in FIELDS.items() if kinds != {"get"}}

_NAMES = st.sampled_from(sorted(FIELDS))
_UUID, _HEX = "00000000-0000-4000-8000-000000000000", "b" * 32
_LIKELY = st.sampled_from(
    [
        _UUID, _HEX, "name", "title", "db", "live", "queued", "", "../../x", "a\x00b", "\x1b[2J", "\ud800",
        "x" * 9000, "2026-01-01T00:00:00Z", "authorization_pending", "slow_down",
    ]
)  # fmt: skip
_NUMBERS = st.sampled_from([0, 1, -1, 1.5, 10**400, -(10**400), float("nan"), float("inf"), 1e308, True, False])
_VALUES = st.recursive(
    st.none() | _LIKELY | _NUMBERS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=6),
    max_leaves=20,
)


@cache
def _promised(kind: str, depth: int) -> Any:
    """A value as the API promises it. Not to be changed: it is the same one for ever."""
    inner = _object(depth - 1) if depth else {}
    values = {
        "UUID": _UUID, "HEX32": _HEX, "_ID": _UUID, "flag": True, "number": 1, "optional_number": 2.5,
        "texts": ["one", "two"], "records": [inner], "record": inner, "get": None,
    }  # fmt: skip
    return values.get(kind, "name")


def _object(depth: int) -> dict[str, Any]:
    """An object with every field that anybody looks for."""
    return {name: _promised(sorted(kinds)[0], depth) for name, kinds in _CHECKED.items()}


def right_answer() -> dict[str, Any]:
    """What answers every question of ours rightly, or nearly so."""
    return copy.deepcopy(_object(1))


@st.composite
def _mistaken(draw: st.DrawFn) -> Any:
    """A right answer to most calls, with a few fields that are wrong or missing."""
    made = right_answer()
    for name, kinds in _CHECKED.items():
        if len(kinds) > 1:
            made[name] = copy.deepcopy(_promised(draw(st.sampled_from(sorted(kinds))), 1))
    place = made
    for name in draw(st.lists(_NAMES, max_size=4)):
        inner = place.get(name)
        if isinstance(inner, list) and inner and draw(st.booleans()):
            inner = inner[0]
        if isinstance(inner, dict) and draw(st.booleans()):
            place = inner
        elif draw(st.booleans()):
            place.pop(name, None)
        else:
            place[name] = draw(_VALUES)
    return made if draw(st.booleans()) else [made]


_CODES = st.sampled_from([7404, 7502, 10013, 10007, 10014, 971, 1000, 10031, 10**400, "x", None, 1.5])
_RESULTS = _mistaken() | _mistaken() | _VALUES
_ENVELOPES = st.fixed_dictionaries(
    {"success": st.sampled_from([True, True, True, False, None, "yes"]), "result": _RESULTS},
    optional={
        "errors": st.lists(st.fixed_dictionaries({"code": _CODES}, optional={"message": _VALUES}) | _VALUES, max_size=2)
        | _VALUES,
        "result_info": _VALUES,
        "error": st.fixed_dictionaries({}, optional={"code": _VALUES, "message": _VALUES, "hint": _VALUES}) | _VALUES,
        "items": st.lists(_RESULTS, max_size=2),
        "next": _VALUES,
    },
)
_STRANGE = st.sampled_from(
    [
        b"", b"\xef\xbb\xbf{}", b"\xff\xfe{", b"null", b"[]", b"0", b'"x"', b"[" * 100_000, b'{"a":' * 50_000,
        b"9" * 5000, b"<!doctype html><html>login</html>", b"data: {}\n\ndata: [\n\nevent: end\n\n", b"\x00" * 64,
        b'{"success": true, "errors": [], "result": {"id": ' + b"9" * 5000 + b"}}",
    ]
)  # fmt: skip
_STATUS = st.sampled_from([200, 200, 200, 201, 204, 302, 304, 400, 400, 401, 403, 404, 404, 409, 412, 429, 500, 503])
_HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Content-Encoding", "cf-mitigated", "cf-ray", "Content-Type"]),
    st.sampled_from(["1", "-1", "x", "gzip", "br", "challenge", "Wed, 21 Oct 2099 07:28:00 GMT", "9" * 400, "\x80"]),
    max_size=2,
)


@dataclass(frozen=True)
class Said:
    """An answer, before anybody has read it."""

    status: int
    headers: dict[str, str]
    content: bytes


@st.composite
def _answer(draw: st.DrawFn) -> Said:
    documents = (_ENVELOPES | _ENVELOPES | _mistaken() | _VALUES).map(_encoded)
    content = draw(documents | documents | documents | _STRANGE | st.binary(max_size=40))
    # An empty set of headers is the plainest, and half of all answers.
    headers = draw(st.just({}) | _HEADERS)
    cut = draw(st.integers(0, 200))
    if cut % 8 == 1:
        content = content[:cut]
    if cut % 8 == 2:
        content, headers = gzip.compress(content)[:cut], {**headers, "Content-Encoding": "gzip"}
    return Said(draw(_STATUS), headers, content)


def _encoded(value: Any) -> bytes:
    # With NaN and Infinity, which are no JSON, but which some libraries print all the same.
    return json.dumps(value).encode()


#: A few answers, to be given in turn.
answers = st.lists(_answer(), min_size=1, max_size=4)


class Server:
    """A transport that gives its answers in turn, for ever; ``asked`` counts the requests."""

    def __init__(self, given: list[Said]) -> None:
        self._given = given
        self.asked = 0

    def send(self, request: Request, limits: Limits) -> Answer:
        said = self._given[self.asked % len(self._given)]
        self.asked += 1
        return Answer(
            status=said.status, headers=tuple(said.headers.items()), stream=iter([said.content]), close=lambda: None
        )

    def close(self) -> None:
        pass
