"""How patient the client is: the environment variable ``AEROSTACK_PATIENCE``."""

from __future__ import annotations

import os

from aerostack.errors import ConfigError

_LEAST, _MOST = 0.01, 100.0


def patience() -> float:
    """The factor on every timeout and on every pause between attempts; 1 when ``AEROSTACK_PATIENCE`` is unset.

    More than 1 is for a slow network, less for tests of failures. What a server asks for in ``Retry-After`` is waited
    for in any case. Raises ``ConfigError`` for what is no number from 0.01 to 100.
    """
    text = os.environ.get("AEROSTACK_PATIENCE")
    if not text:
        return 1.0
    try:
        factor = float(text)
    except ValueError:
        factor = float("nan")
    if not _LEAST <= factor <= _MOST:
        raise ConfigError(
            f"AEROSTACK_PATIENCE is no number from {_LEAST:g} to {_MOST:g}: {text!r}",
            hint="unset it, or set it to 2 to wait twice as long for a slow network",
            code="patience",
        )
    return factor
