"""Values of secrets from the user: never in argv, never shown."""

from __future__ import annotations

import json
import re
import sys

from aerostack.dotenv import NoEntryError, entries
from aerostack.errors import ConfigError, UsageError
from aerostack.model import Secret

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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
    except (ValueError, RecursionError):
        raise ConfigError("stdin is no JSON object", hint='write it like {"NAME": "value"}') from None
    for name, value in document.items():
        _check_name(name, None)
        if not isinstance(value, str):
            raise ConfigError(f"the value of {name} is no string", hint=f'write "{name}": "…"')
    return dict(document)


def _from_lines(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    try:
        for entry in entries(text):
            _check_name(entry.name, entry.line)
            if entry.name in values:
                raise ConfigError(f"line {entry.line} of stdin sets {entry.name} again", hint="keep one of the two")
            values[entry.name] = entry.value
    except NoEntryError as error:
        if error.what == "form":
            raise ConfigError(f"line {error.line} of stdin is no NAME=VALUE", hint="put # before a comment") from None
        _check_name(error.name, error.line)
        message = f"the quotes of {error.name} in line {error.line} of stdin are not closed"
        raise ConfigError(message, hint="close them") from None
    return values


def _check_name(name: str, line: int | None) -> None:
    if not _NAME.fullmatch(name):
        place = f"line {line} of stdin: " if line else ""
        # What stands there may be a value in the wrong place: it is not shown.
        raise ConfigError(
            f"{place}that is no name that code can use",
            hint="name a secret with letters, digits and underscores, as in API_TOKEN",
            code="secret_name",
        )
