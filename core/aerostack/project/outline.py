"""Where everything stands in a TOML text. ``tomllib`` gives values without positions; this gives positions only.

It reads a text that ``tomllib`` has accepted, so it need not be strict. It also reads the good beginning of a broken
text, for error messages: it stops where it no longer understands.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import field
from functools import cached_property
from itertools import count
from typing import Literal

from aerostack.project.keypath import KeyPath
from aerostack.values import dataclass

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_STRINGS = {
    '"""': re.compile(r'"""(?:[^\\"]|\\.|"(?!""))*"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''(?:[^']|'(?!''))*'{3,5}", re.DOTALL),
    '"': re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    "'": re.compile(r"'[^'\n]*'"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its key, as offsets into the text. For a ``[header]`` both are the header."""

    kind: Literal["header", "scalar", "array", "inline"]
    key: int
    start: int
    end: int


@dataclass(slots=True)
class Section:
    """A ``[header]`` and what stands below it, up to the end of its last value."""

    path: KeyPath
    start: int
    end: int


@dataclass()
class Outline:
    """The positions in ``text``. ``repeated`` is the second place of a key that is defined twice, if there is one."""

    text: str
    nodes: dict[KeyPath, Node] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    repeated: tuple[KeyPath, int] | None = None

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of ``offset``, both from 1, in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def nearest(self, path: KeyPath) -> Node | None:
        """The node of ``path``, or of the closest thing around it."""
        while path and path not in self.nodes:
            path = path[:-1]
        return self.nodes.get(path)


class _StopError(Exception):
    """The text is not TOML from here on."""


def outline(text: str) -> Outline:
    """Read ``text``; never fails."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except (_StopError, RecursionError):
        return scanner.out
    return scanner.out


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out = Outline(text)
        self.lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            if self.out.sections:
                self.out.sections[-1].end = self.at

    def header(self) -> KeyPath:
        start = self.at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.at += brackets
        keys = self.keys()
        self.expect("]" * brackets)
        path = self.resolve(keys[:-1], start)
        if brackets == 2:
            entries = (*path, keys[-1])
            self.lengths[entries] = self.lengths.get(entries, 0) + 1
            self.out.nodes.setdefault(entries, Node("header", start, start, self.at))
            path = (*entries, self.lengths[entries] - 1)
        else:
            path = (*path, keys[-1])
        self.record(path, Node("header", start, start, self.at))
        self.out.sections.append(Section(path, start, self.at))
        return path

    def resolve(self, keys: list[str], start: int) -> KeyPath:
        """The tables on the way to a header's own. Naming a list of tables means its latest entry."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            self.out.nodes.setdefault(path, Node("header", start, start, start))
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def pair(self, table: KeyPath) -> None:
        key = self.at
        keys = self.keys()
        self.expect("=")
        path = (*table, *keys)
        for length in range(1, len(keys)):  # the tables that a dotted key makes on its way
            self.out.nodes.setdefault((*table, *keys[:length]), Node("header", key, key, key))
        self.value(path, key)

    def value(self, path: KeyPath, key: int) -> None:
        self.skip(_SPACE)
        start = self.at
        first = self.text[start : start + 1]
        if first == "[":
            self.array(path)
            kind: Literal["scalar", "array", "inline"] = "array"
        elif first == "{":
            self.inline(path)
            kind = "inline"
        else:
            self.scalar()
            kind = "scalar"
        self.record(path, Node(kind, key, start, self.at))

    def array(self, path: KeyPath) -> None:
        self.at += 1
        for index in count():
            self.skip(_BLANK)
            if self.take("]"):
                return
            self.value((*path, index), self.at)
            self.skip(_BLANK)
            self.take(",")

    def inline(self, path: KeyPath) -> None:
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.take("}"):
                return
            self.pair(path)
            self.skip(_BLANK)
            self.take(",")

    def scalar(self) -> None:
        quotes = next((mark for mark in _STRINGS if self.text.startswith(mark, self.at)), None)
        match = (_STRINGS[quotes] if quotes else _SCALAR).match(self.text, self.at)
        if match is None or not match.group().strip():
            raise _StopError
        self.at += len(match.group().rstrip())

    def keys(self) -> list[str]:
        keys = []
        while True:
            self.skip(_SPACE)
            keys.append(self.key())
            self.skip(_SPACE)
            if not self.take("."):
                return keys

    def key(self) -> str:
        match = _BARE_KEY.match(self.text, self.at)
        if match:
            self.at = match.end()
            return match.group()
        start = self.at
        if self.text[start : start + 1] not in ('"', "'"):
            raise _StopError
        self.scalar()
        try:
            return str(tomllib.loads(f"key = {self.text[start : self.at]}")["key"])
        except tomllib.TOMLDecodeError:
            raise _StopError from None

    def record(self, path: KeyPath, node: Node) -> None:
        known = self.out.nodes.get(path)
        # A header may name again what an earlier, longer header or a dotted key has only implied.
        if known is not None and self.out.repeated is None and known.end != known.start:
            self.out.repeated = (path, node.key)
            return
        self.out.nodes[path] = node

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()

    def take(self, text: str) -> bool:
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def expect(self, text: str) -> None:
        self.skip(_SPACE)
        if not self.take(text):
            raise _StopError
