"""Names and values that were pasted as lines."""

from __future__ import annotations

import re

from aerostack.dotenv import NoEntryError, entries
from aerostack_server.problems import invalid

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HINT = "nothing was set"


def parsed(text: str) -> dict[str, str]:
    """Names with their values; of two with the same name the last. Raises ``Problem``, which shows no value."""
    found: dict[str, str] = {}
    try:
        for entry in entries(text):
            if not _NAME.fullmatch(entry.name):
                raise NoEntryError("form", entry.line)
            found[entry.name] = entry.value
    except NoEntryError as error:
        messages = {
            "form": f"line {error.line} is not of the form NAME=value",
            "open": f"the quote of {error.name} in line {error.line} is not closed",
            "after": f"something stands after the quoted value of {error.name} in line {error.line}",
        }
        raise invalid(messages[error.what], hint=_HINT) from None
    return found
