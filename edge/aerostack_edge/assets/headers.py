"""``_headers``: an address, then the headers of its answers on lines of their own, as Cloudflare reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aerostack_edge.assets.lines import LONGEST, SPLAT, LineError, RulesError, address, numbered

_MOST = 100
_AN_ADDRESS = re.compile(r"/|\S+://")
_TAKE_AWAY = "! "
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SPLAT_NAMED = re.compile(r":splat(?!\w)", re.ASCII)
_NOT_SENT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class HeadersError(RulesError):
    """Lines of ``_headers`` that are no rules."""


@dataclass(slots=True)
class _Rule:
    address: str
    line: int
    given: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    @property
    def wire(self) -> dict[str, Any]:
        return {**({"set": self.given} if self.given else {}), **({"unset": self.taken} if self.taken else {})}


def parsed(text: str) -> dict[str, Any]:
    """The rules as the asset Worker takes them. Raises ``HeadersError``."""
    rules: list[_Rule] = []
    wrong: list[str] = []
    skipping = False
    for number, line in numbered(text):
        try:
            if len(line) > LONGEST:
                raise LineError(f"longer than {LONGEST} characters")
            if _AN_ADDRESS.match(line):
                skipping = True
                rules.append(_Rule(_address(line, len(rules)), number))
                skipping = False
            elif not skipping:
                _header(line, rules)
        except LineError as error:
            wrong.append(f"Line {number}: {error}")
    wrong += [f"Line {rule.line}: no headers for {rule.address}" for rule in rules if not rule.wire]
    if wrong:
        raise HeadersError(wrong)
    # Of two rules for one address the later one counts.
    return {"version": 2, "rules": {rule.address: rule.wire for rule in rules}}


def _address(line: str, known: int) -> str:
    if known == _MOST:
        raise LineError(f"there are more than {_MOST} rules")
    found = address(line)
    splats = len(SPLAT.findall(found))
    if splats > 1:
        raise LineError("only one * is allowed in a rule; name the others, such as :project")
    if splats and _SPLAT_NAMED.search(found):
        raise LineError("* is called :splat itself: name the placeholder otherwise")
    return found


def _header(line: str, rules: list[_Rule]) -> None:
    if not rules:
        raise LineError("an address must come first, such as /*")
    if line.startswith(_TAKE_AWAY) and ":" not in line:
        rules[-1].taken.append(_named(line.removeprefix(_TAKE_AWAY).strip()))
        return
    name, colon, value = (part.strip() for part in line.partition(":"))
    if not colon:
        raise LineError("expected a header, such as Name: value")
    if not value:
        raise LineError(f"the header {name} has no value")
    if _NOT_SENT.search(value):
        raise LineError(f"the value of {name} has characters that no header may have")
    name = _named(name)
    before = rules[-1].given.get(name)
    rules[-1].given[name] = f"{before}, {value}" if before else value


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise LineError(f"{name!r} is not the name of a header")
    return name.lower()
