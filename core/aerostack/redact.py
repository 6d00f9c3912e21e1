"""Keep secrets out of what is shown: the second line of defence behind ``model.Secret``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "***"

# Shorter values would mask half of every message, and are no secrets anyway.
_SHORTEST = 6

_SECRET_NAME = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|(API|PRIVATE|MASTER|ACCESS|SIGNING|ENCRYPTION)_?KEY|CREDENTIAL)", re.IGNORECASE
)
# As in DATABASE_URL: whatever the variable is called, this part of it is a password.
_URL_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s:@]*:([^/?#\s@]+)@")
_BEARER = r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None


def secret_values(environ: Mapping[str, str]) -> frozenset[str]:
    """The values of every environment variable that is named like a secret, and the passwords within addresses."""
    named = (value for name, value in environ.items() if is_secret_name(name))
    within = (found[1] for value in environ.values() if (found := _URL_PASSWORD.match(value)))
    return frozenset(value for value in (*named, *within) if len(value) >= _SHORTEST)


def spellings(values: Iterable[str]) -> frozenset[str]:
    """What to look for in a text that may repeat ``values``: themselves, and as they stand within JSON."""
    import json

    known = [value for value in values if len(value) >= _SHORTEST]
    return frozenset([*known, *(json.dumps(value)[1:-1] for value in known)])


def redact(text: str, values: Iterable[str]) -> str:
    """``text`` with each of ``values`` and every bearer credential masked."""
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    if "bearer" in (lower := text.lower()) or "basic" in lower:  # a deploy without such a line need not compile this
        text = re.sub(_BEARER, lambda match: f"{match.group(1)} {MASK}", text)
    return text
