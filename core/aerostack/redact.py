"""Keep secrets out of what is shown: the second line of defence behind ``model.Secret``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "***"

# Shorter values would mask half of every message, and are no secrets anyway.
_SHORTEST = 6

_SECRET_NAME = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|CREDENTIAL)", re.IGNORECASE)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None


def secret_values(environ: Mapping[str, str]) -> frozenset[str]:
    """The values of every environment variable that is named like a secret."""
    return frozenset(value for name, value in environ.items() if is_secret_name(name) and len(value) >= _SHORTEST)


def redact(text: str, values: Iterable[str]) -> str:
    """``text`` with each of ``values`` and every bearer credential masked."""
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    return _BEARER.sub(lambda match: f"{match.group(1)} {MASK}", text)
