"""Lines of ``NAME=value``, as files of the name ``.env`` have them."""

from __future__ import annotations

import re

from aerostack_server.problems import invalid

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_ESCAPE = re.compile(r"\\(.)")


def parsed(text: str) -> dict[str, str]:
    """Names with their values. A quoted value may have several lines. Raises ``Problem``, which shows no value."""
    found: dict[str, str] = {}
    lines = text.replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        line, number = lines[number].strip(), number + 1
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise invalid(f"line {number} is not of the form NAME=value", hint="nothing was set")
        name, value = match[1], match[2]
        first = number
        while value[:1] in ("'", '"') and _end(value) is None:
            if number == len(lines):
                raise invalid(f"the quote of {name} in line {first} is not closed", hint="nothing was set")
            value, number = f"{value}\n{lines[number]}", number + 1
        found[name] = _value(value, name, first)
    return found


def _value(text: str, name: str, line: int) -> str:
    quote = text[:1]
    if quote not in ("'", '"'):
        return re.split(r"\s+#", text, maxsplit=1)[0].strip()
    end = _end(text)
    rest = text[(end or 0) + 1 :].strip()
    if rest and not rest.startswith("#"):
        raise invalid(f"something stands after the quoted value of {name} in line {line}", hint="nothing was set")
    inner = text[1:end]
    if quote == "'":
        return inner
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), inner)


def _end(text: str) -> int | None:
    """Where the quote that the text begins with is closed."""
    place = 1
    while place < len(text):
        if text[place] == "\\" and text[0] == '"':
            place += 2
            continue
        if text[place] == text[0]:
            return place
        place += 1
    return None
