"""What ``_headers`` and ``_redirects`` have in common: rules on lines, about addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

#: A line is at most this long, in characters.
LONGEST = 2000
#: ``*``, and a placeholder such as ``:name``: what makes a rule match many addresses.
SPLAT, PLACEHOLDER = re.compile(r"\*"), re.compile(r":[A-Za-z]\w*", re.ASCII)

_ABSOLUTE = re.compile(r"https:/{2,}([^/]+)/?(.*)", re.DOTALL)
_DOT, _DOTS = frozenset({".", "%2e"}), frozenset({"..", ".%2e", "%2e.", "%2e%2e"})
# What URLs keep as it is in a path, a query and a fragment, with "%" for what is encoded already.
_QUERY = "!$%&'()*+,-./:;=?@[\\]^_`{|}~"
_PATH = _QUERY.translate({ord(character): None for character in "?^`{}"})
_FRAGMENT = _QUERY.replace("`", "") + "#"


class RulesError(Exception):
    """Lines that are no rules; ``reasons`` says what is wrong, each with the number of its line."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class LineError(Exception):
    """What is wrong with one line."""


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, counted from 1."""
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def address(token: str, *, absolute: bool = True, ports: bool = False, whole: bool = False) -> str:
    """The token as an address is compared: a path, or with ``absolute`` also ``https://host/path``.

    ``whole`` keeps query and fragment. Raises ``LineError``.
    """
    found = _ABSOLUTE.fullmatch(token)
    if found:
        if not absolute:
            raise LineError(f"only paths are allowed here, not {token}")
        if not ports and re.search(r":\d+$", found[1]):
            raise LineError(f"ports are not supported: {token}")
        return f"https://{found[1]}{_normal(found[2], whole)}"
    if not token.startswith("/"):
        if absolute:
            raise LineError(f"{token} must begin with / or https://")
        token = f"/{token}"
    return _normal(token, whole)


def _normal(path: str, whole: bool) -> str:
    """The path as a URL has it: encoded, without dot segments."""
    path, hash, fragment = path.partition("#")
    path, mark, query = path.partition("?")
    segments: list[str] = []
    parts = path.removeprefix("/").split("/")
    for number, part in enumerate(parts, start=1):
        last = number == len(parts)
        if part.lower() in _DOTS:
            del segments[-1:]
        elif part.lower() not in _DOT:
            segments.append(part)
            continue
        if last:
            segments.append("")
    found = quote("/" + "/".join(segments), safe=_PATH)
    if whole and mark and query:
        found += "?" + quote(query, safe=_QUERY)
    if whole and hash and fragment:
        found += "#" + quote(fragment, safe=_FRAGMENT)
    return found
