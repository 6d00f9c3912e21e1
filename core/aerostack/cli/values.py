"""Values of secrets from the user: never in argv, never shown."""

from __future__ import annotations

import json
import re
import sys

from aerostack.errors import ConfigError, UsageError
from aerostack.model import Secret

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(r"(?:export\s+)?([^=\s]+)\s*=\s*(.*)", re.DOTALL)
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def ask(name: str) -> Secret:
    """The value of one secret: typed on a terminal, else all of stdin but for one line break at its end."""
    _check_name(name, None)
    if sys.stdin.isatty():
        import getpass

        value = getpass.getpass(f"{name}: ", stream=sys.stderr)
    else:
        value = sys.stdin.read()
        value = value[:-1] if value.endswith("\n") else value
    if not value:
        raise UsageError(f"no value was given for {name}", hint=f"aerostack secrets set {name} < file")
    return Secret(value)


def parse(text: str) -> dict[str, Secret]:
    """Names and values of a JSON object, or of lines as in ``.dev.vars``.

    Comments and blank lines are skipped; a value may be in quotes, then it may go over several lines, and in double
    ones ``\\n`` is a line break. Raises ``ConfigError`` with the line that is wrong, never with a value.
    """
    values = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text)
    if not values:
        raise UsageError("no secrets were given", hint="write one a line: NAME=VALUE")
    return {name: Secret(value) for name, value in values.items()}


def _from_json(text: str) -> dict[str, str]:
    try:
        document = json.loads(text)
    except ValueError:
        raise ConfigError("stdin is no JSON object", hint='write it like {"NAME": "value"}') from None
    for name, value in document.items():
        _check_name(name, None)
        if not isinstance(value, str):
            raise ConfigError(f"the value of {name} is no string", hint=f'write "{name}": "…"')
    return dict(document)


def _from_lines(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    lines = text.lstrip("\ufeff").splitlines()
    number = 0
    while number < len(lines):
        start, line = number + 1, lines[number].strip()
        number += 1
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ConfigError(f"line {start} of stdin is no NAME=VALUE", hint="put # before a comment")
        name, rest = match.groups()
        _check_name(name, start)
        if name in values:
            raise ConfigError(f"line {start} of stdin sets {name} again", hint="keep one of the two")
        if rest[:1] in ('"', "'"):
            while _closing(rest) is None and number < len(lines):
                rest = f"{rest}\n{lines[number]}"
                number += 1
            values[name] = _unquoted(rest, name, start)
        else:
            values[name] = re.split(r"\s+#", rest, maxsplit=1)[0].strip()
    return values


def _closing(rest: str) -> int | None:
    """Where the quotes that ``rest`` begins with are closed."""
    pattern = r'"(?:[^"\\]|\\.)*"' if rest[0] == '"' else r"'[^']*'"
    match = re.match(pattern, rest, re.DOTALL)
    return match.end() if match else None


def _unquoted(rest: str, name: str, line: int) -> str:
    end = _closing(rest)
    if end is None or (rest[end:].strip() and not rest[end:].lstrip().startswith("#")):
        raise ConfigError(f"the quotes of {name} in line {line} of stdin are not closed", hint="close them")
    inner = rest[1 : end - 1]
    if rest[0] == "'":
        return inner
    return re.sub(r"\\.", lambda match: _ESCAPES.get(match.group(), match.group()), inner)


def _check_name(name: str, line: int | None) -> None:
    if not _NAME.fullmatch(name):
        place = f"line {line} of stdin: " if line else ""
        # What stands there may be a value in the wrong place: it is not shown.
        raise ConfigError(
            f"{place}that is no name that code can use",
            hint="name a secret with letters, digits and underscores, as in API_TOKEN",
            code="secret_name",
        )
