"""JSON with comments and trailing commas, read strictly: errors have line and column."""

from __future__ import annotations

import json
import re
from bisect import bisect
from operator import itemgetter
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, Location
from aerostack.project.keypath import KeyPath, dotted
from aerostack.values import dataclass

_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS = {"true": True, "false": False, "null": None}
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Comment:
    """``about`` is the key or entry that it stands before, or behind on the same line; empty at the end of the file."""

    about: KeyPath
    lines: tuple[str, ...]


def parse(text: str, path: Path) -> tuple[dict[str, Any], tuple[Comment, ...]]:
    """The object that ``text`` holds, without the keys whose value is ``null``: to wrangler they are not there.

    Raises ``ConfigError`` for anything that is not JSONC, and for a ``null`` in a list or in a variable, which TOML
    cannot write.
    """
    reader = _Reader(text, path)
    reader.blank()
    if not text.startswith("{", reader.at):
        raise reader.error("the configuration is one object", "it starts with { and ends with }")
    value = reader.value(())
    reader.blank()
    if reader.at < len(text):
        raise reader.error("there is something behind the end of the object", "delete it, or check the brackets before")
    assert isinstance(value, dict)
    return value, tuple(reader.comment(match) for match in reader.comments)


class _Reader:
    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        self.at = 0
        #: The keys and entries of lists, with their offsets, in the order of the text.
        self.keys: list[tuple[int, KeyPath]] = []
        self.comments: list[re.Match[str]] = []

    def value(self, path: KeyPath) -> Any:
        if len(path) > _DEEPEST:
            raise self.error("nested too deeply", "no key needs that")
        first = self.text[self.at : self.at + 1]
        if first == "{":
            return self.object(path)
        if first == "[":
            return self.array(path)
        if first == '"':
            return self.string()
        number = _NUMBER.match(self.text, self.at)
        if number:
            return self.number(number)
        word = _WORD.match(self.text, self.at)
        if word and word.group() in _WORDS:
            self.at = word.end()
            return _WORDS[word.group()]
        # What stands here is not repeated: it may be a secret that somebody forgot to quote.
        raise self.error("no value that JSON knows", 'a string in "…", a number, true, false, [ … ] or { … }')

    def number(self, match: re.Match[str]) -> int | float:
        try:
            number: int | float = json.loads(match.group())
        except ValueError:
            raise self.error("a number is too long", 'put it in quotes: "…"') from None
        if number in (float("inf"), float("-inf")):
            raise self.error("a number is too large", 'put it in quotes: "…"')
        self.at = match.end()
        return number

    def object(self, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        seen: dict[str, int] = {}
        opened = self.at
        self.at += 1
        while not self.closed("}", opened, first=not seen):
            start = self.at
            if not self.text.startswith('"', start):
                raise self.error("a key is missing", 'a key stands in double quotes: "name": …')
            key = self.string()
            if key in seen:
                line, _ = self.place(seen[key])
                raise self.error(
                    f"`{dotted((*path, key))}` is there twice",
                    f"it is on line {line} already: delete one of the two",
                    start,
                )
            seen[key] = start
            self.keys.append((start, (*path, key)))
            self.blank()
            if not self.take(":"):
                raise self.error("a colon is missing", 'write "key": value')
            self.blank()
            at = self.at
            item = self.value((*path, key))
            if item is not None:
                found[key] = item
            elif "vars" in path:
                raise self.null((*path, key), at)
        return found

    def array(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        opened = self.at
        self.at += 1
        while not self.closed("]", opened, first=not items):
            at = self.at
            self.keys.append((at, (*path, len(items))))
            item = self.value((*path, len(items)))
            if item is None:
                raise self.null((*path, len(items)), at)
            items.append(item)
        return items

    def closed(self, bracket: str, opened: int, *, first: bool) -> bool:
        """Go to the next item, or behind the closing bracket. A comma may stand before that."""
        self.blank()
        if self.take(bracket):
            return True
        if not first:
            if not self.take(","):
                raise self.unclosed(opened) if self.at >= len(self.text) else self.comma()
            self.blank()
            if self.take(bracket):
                return True
        if self.at >= len(self.text):
            raise self.unclosed(opened)
        return False

    def string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self.error("a string does not end on its line", 'close it with "; a line break in it is written \\n')
        try:
            text = str(json.loads(match.group()))
            text.encode()
        except ValueError:
            raise self.error("a string holds an escape that JSON does not know", r"a backslash is written \\") from None
        self.at = match.end()
        return text

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        if match:
            self.comments += _COMMENT.finditer(self.text, self.at, match.end())
            self.at = match.end()
        if self.text.startswith("/*", self.at):
            raise self.error("a comment is never closed", "close it with */")

    def comment(self, match: re.Match[str]) -> Comment:
        start = match.start()
        line = self.text.rfind("\n", 0, start) + 1
        place = bisect(self.keys, start, key=itemgetter(0))
        behind = place > 0 and self.keys[place - 1][0] >= line
        following = self.keys[place][1] if place < len(self.keys) else ()
        about = self.keys[place - 1][1] if behind else following
        text = match.group()
        inner = text[2:].removesuffix("*/") if text.startswith("/*") else text[2:]
        lines = (re.sub(r"^\s*\*+(?=\s|$)|^\*", "", line).strip() for line in inner.splitlines())
        return Comment(about, tuple(line for line in lines if line))

    def take(self, text: str) -> bool:
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def comma(self) -> ConfigError:
        return self.error("a comma is missing", "put a comma between two entries")

    def unclosed(self, opened: int) -> ConfigError:
        bracket = self.text[opened]
        return self.error(f"the bracket {bracket} is never closed", "close it, or check the brackets behind it", opened)

    def null(self, path: KeyPath, at: int) -> ConfigError:
        return self.error(f"`{dotted(path)}` is null, which TOML cannot write", "delete it, or give it a value", at)

    def error(self, message: str, hint: str, at: int | None = None) -> ConfigError:
        where = Location(self.path, *self.place(self.at if at is None else at))
        return ConfigError(message, hint=hint, where=where, code="wrangler_file")

    def place(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
