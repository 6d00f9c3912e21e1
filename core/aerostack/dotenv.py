"""Lines of ``NAME=value``, as files of the name ``.env`` and ``.dev.vars`` have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Literal

from aerostack.values import dataclass

_ASSIGNMENT = re.compile(r"[^\S\n]*(?:export[^\S\n]+)?([^=\s]+)[^\S\n]*=[^\S\n]*")
_QUOTED = re.compile(r"\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^']*'", re.DOTALL)
_COMMENT = re.compile(r"\s+#")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


@dataclass(frozen=True, slots=True)
class Entry:
    """``line`` counts from 1. ``name`` is whatever stands before the equals sign."""

    name: str
    value: str = field(repr=False)
    line: int


class NoEntryError(ValueError):
    """A line that is none: it has another ``form``, its quotes are ``open``, or something stands ``after`` them.

    ``name`` is empty for the first. The line itself is not in the message: it may be a secret.
    """

    def __init__(self, what: Literal["form", "open", "after"], line: int, name: str = "") -> None:
        super().__init__(f"{what} in line {line}")
        self.what, self.line, self.name = what, line, name


def entries(text: str) -> Iterator[Entry]:
    """Every entry; comments and blank lines are skipped.

    A value may be in quotes, then it may go over several lines, and in double ones ``\\n`` is a line break. Raises
    ``NoEntryError``. The time it takes grows with the length of the text and not faster.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    start, line = 0, 1
    while start < len(text):
        end = _end(text, start)
        content = text[start:end].strip()
        if content and not content.startswith("#"):
            found = _ASSIGNMENT.match(text, start)
            if found is None:
                raise NoEntryError("form", line)
            first = line
            value, after = _value(text, found.end(), end, found[1], line)
            line += text.count("\n", start, after)
            yield Entry(found[1], value, first)
            end = _end(text, after)
        start, line = end + 1, line + 1


def _value(text: str, start: int, end: int, name: str, line: int) -> tuple[str, int]:
    """The value that begins there, and where it is over."""
    if text[start : start + 1] not in ('"', "'"):
        return _COMMENT.split(text[start:end], maxsplit=1)[0].strip(), end
    quoted = _QUOTED.match(text, start)
    if quoted is None:
        raise NoEntryError("open", line, name)
    rest = text[quoted.end() : _end(text, quoted.end())].strip()
    if rest and not rest.startswith("#"):
        raise NoEntryError("after", line, name)
    inner = quoted[0][1:-1]
    if quoted[0][0] == '"':
        inner = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), inner)
    return inner, quoted.end()


def _end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
