"""Passwords of the dashboard, chosen on the terminal."""

from __future__ import annotations

import sys

from aerostack.errors import AbortedError

#: As the server wants it.
SHORTEST = 12


def ask(again: str) -> str | None:
    """A password that was typed twice; ``None`` without a terminal. ``again`` is the command to run once more.

    Raises ``AbortedError`` when none was chosen.
    """
    import getpass

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    for _ in range(3):
        prompt = f"Choose a password for the dashboard (at least {SHORTEST} characters): "
        first = getpass.getpass(prompt, stream=sys.stderr)
        if len(first) < SHORTEST:
            print("that is too short", file=sys.stderr)
        elif getpass.getpass("Once more: ", stream=sys.stderr) == first:
            return first
        else:
            print("the two differ", file=sys.stderr)
    raise AbortedError("no password was chosen", hint=again)
