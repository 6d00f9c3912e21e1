"""What the user sees. Results go to stdout, everything else to stderr; with ``--json`` stdout holds one document."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aerostack.cli import streams
from aerostack.errors import AerostackError
from aerostack.redact import redact, secret_values

if TYPE_CHECKING:
    from aerostack.model import Action, Resolution

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}
_MARKS = {"create": "+", "adopt": "&", "update": "~", "keep": "=", "delete": "-"}
_MARK_COLOURS = {"create": "green", "adopt": "cyan", "update": "yellow", "keep": "dim", "delete": "red"}


class Output:
    """The terminal of one command. Also the ``tools.Reporter`` of a run."""

    def __init__(self, *, as_json: bool = False, debug: bool = False) -> None:
        self.as_json = as_json
        self.debug = debug
        self._secrets = secret_values(os.environ)
        self._colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"

    def step(self, message: str) -> None:
        self.mark("◆", "cyan", message)

    def warn(self, message: str) -> None:
        self.mark("warning:", "yellow", message)

    def said(self, line: str) -> None:
        # Also what the program wrote to stdout: there is room for our own result only.
        streams.tell(streams.printed(redact(line, self._secrets), colour=self._colour))

    def done(self, action: Action) -> None:
        self.mark("✓", "green", action_line(action))

    def say(self, message: str) -> None:
        """A line for people, on stderr."""
        streams.tell(self._shown(message))

    def mark(self, mark: str, colour: str, message: str) -> None:
        """A line for people behind a coloured mark."""
        streams.tell(f"{self._paint(mark, colour)} {self._shown(message)}")

    def action(self, action: Action) -> None:
        """One line of a plan, on stderr."""
        mark = self._paint(_MARKS[action.verb], _MARK_COLOURS[action.verb])
        reason = self._paint(f"  ({self._shown(action.reason)})", "dim") if action.reason else ""
        streams.tell(f"  {mark} {self._shown(action_line(action))}{reason}")

    def plan(self, resolution: Resolution) -> None:
        """A whole plan, on stderr."""
        self.say(f"\nplan for {resolution.target}:")
        for action in resolution.actions:
            self.action(action)
        for change in resolution.drift:
            self.mark("drift:", "yellow", change)
        for note in resolution.notes:
            self.warn(note)

    def result(self, text: str) -> None:
        """The result for people, on stdout."""
        streams.give(self._shown(text))

    def document(self, document: Mapping[str, Any]) -> None:
        """The result for programs: the only thing on stdout."""
        import json

        # JSON is UTF-8 by definition; where stdout is something else, its ASCII form is the same everywhere.
        text = json.dumps(document, indent=2, ensure_ascii=False)
        streams.give(text if streams.is_utf8(text) else json.dumps(document, indent=2))

    def error(self, error: AerostackError) -> None:
        """``error:`` what and where, ``cause:`` why where that is known, then ``hint:`` what mends it."""
        place = f"{error.where}: " if error.where else ""
        self.mark("error:", "red", f"{place}{error.message}")
        if error.cause:
            self.mark("cause:", "yellow", error.cause)
        if error.hint:
            streams.tell("")
            self.mark("hint:", "cyan", error.hint)

    def masked(self, text: str | None) -> str | None:
        """``text`` without any secret of the environment."""
        return text and redact(text, self._secrets)

    def confirm(self, question: str) -> bool:
        """Ask on the terminal; without one the answer is no."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        print(f"{streams.visible(question)} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self._colour else text

    def _shown(self, text: str) -> str:
        # Names and messages come from files and servers: they are shown, never obeyed.
        return streams.visible(redact(text, self._secrets))


def action_line(action: Action) -> str:
    """An action in words, such as ``create d1 demo-db (DB)``."""
    binding = action.key.partition("/")[2]
    suffix = f" ({binding})" if binding and binding != action.name else ""
    return f"{action.verb} {action.kind} {action.name}{suffix}"
