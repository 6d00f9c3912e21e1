"""stdout and stderr as they may really be: closed, full, read by nobody, not in UTF-8, or a terminal to be fooled."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import sys
import unicodedata
from pathlib import Path
from typing import TextIO

from aerostack.errors import AerostackError

# Marks that turn the reading direction around, by which a text can look like another one.
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def prepare() -> None:
    """Let both streams exist, and take every character. To be called before anything is printed."""
    # Python has no stream at all where the shell closed it, as in `2>&-`.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def visible(text: str) -> str:
    """``text`` with what would command a terminal written out, such as ``\\x1b``; line breaks and tabs stay."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def printed(text: str, *, colour: bool) -> str:
    """What another program printed: as ``visible``, but its colours are kept, or left out."""
    parts = _COLOUR.split(text)
    codes = _COLOUR.findall(text) if colour else []
    return "".join(visible(part) + code for part, code in itertools.zip_longest(parts, codes, fillvalue=""))


def is_utf8(text: str) -> bool:
    """Whether stdout is in UTF-8 and every character of ``text`` has a form there: half a surrogate has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return (sys.stdout.encoding or "").lower().replace("_", "-") in ("utf-8", "utf8")


def tell(text: str) -> None:
    """One line on stderr. A deploy does not stop half-way because nobody listens any more."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _detach(sys.stderr)


def give(text: str) -> None:
    """The result on stdout. Raises ``BrokenPipeError`` when its reader has gone, ``AerostackError`` when it is full."""
    try:
        print(text, flush=True)
    except OSError as error:
        _detach(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        raise cannot_be_written(error) from error


def forsake() -> None:
    """Give stdout up: what is still in its buffer goes nowhere."""
    _detach(sys.stdout)


def cannot_be_written(error: OSError) -> AerostackError:
    """The error for a stdout that takes nothing."""
    return AerostackError(
        f"the result cannot be written to stdout: {error.strerror or error}",
        hint="send it elsewhere, and run the same command again: what is done stays done",
        code="stdout",
    )


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _detach(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere; at its end Python would complain about it."""
    with contextlib.suppress(io.UnsupportedOperation), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def _is_plain(character: str) -> bool:
    if character in "\n\t":
        return True
    return unicodedata.category(character) != "Cc" and character not in _TURNS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
