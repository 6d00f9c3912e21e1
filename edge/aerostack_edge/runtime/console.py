"""Read what workerd prints: one JSON object a line for the console and for its own errors, raw text in a crash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST = 16 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# "workerd/jsg/value.h:1456: failed: remote.jsg.Error: boom", "jsg.TypeError: ...": C++ around what JavaScript threw
_PLUMBING = re.compile(
    r"\S+\.(?:c\+\+|h|rs):\d+: (?:failed: )?|(?:\b(?:remote|broken|annotated)\.)*\bjsg(?:-internal)?\."
)
_SERVICE = re.compile(r"^service main: ")
# With some compatibility dates modules have the address file:///bundle/<name>.
_BUNDLE = re.compile(r"\bfile:///bundle/")
# A warning of today's workerd, which Cloudflare has as an error.
_NOT_EXPORTED = re.compile(r'referenced the class "([^"]*)", but no such Durable Object class is exported')


@dataclass(frozen=True, slots=True)
class Line:
    """One message. ``runtime`` tells workerd's own from the Worker's console."""

    level: str
    text: str
    runtime: bool = False

    def printed(self) -> list[str]:
        """The message for a log: a level unless it is an ordinary one, no terminal escapes."""
        prefix = f"{self.level}: " if self.level in ("warn", "error", "fatal") else ""
        return [prefix + _CONTROL.sub("", line) for line in self.text[:_LONGEST].splitlines()]


def parse(raw: bytes) -> Line | None:
    """One line of output; ``None`` for those that say nothing to the owner of the Worker."""
    text = raw.decode(errors="replace").rstrip()
    try:
        entry = json.loads(text)
    except ValueError:
        # Crash dumps of V8 and addresses of machine code.
        return Line("log", text) if text.startswith(("stdout: ", "stderr: ")) else None
    if not isinstance(entry, dict) or not isinstance(message := entry.get("message"), str):
        return None
    level = str(entry.get("level", "log"))
    if "source" not in entry:
        return Line(level, message)
    if missing := _NOT_EXPORTED.search(message):
        return Line("error", f"The class '{missing[1]}' has Durable Objects, but is not exported.", runtime=True)
    if level not in ("error", "fatal"):
        return None
    return Line(level, _BUNDLE.sub("", _PLUMBING.sub("", message)), runtime=True)


def is_out_of_memory(line: Line) -> bool:
    """Whether it is V8 saying that it ends the process because its heap is full."""
    return line.runtime and line.level == "fatal" and "JavaScript heap out of memory" in line.text


def is_not_exported(line: Line) -> bool:
    """Whether it says that a class of Durable Objects is missing."""
    return line.runtime and line.text.endswith("has Durable Objects, but is not exported.")


def reason(lines: Iterable[Line]) -> str:
    """Why the Worker does not start, on one line, such as ``Uncaught Error: no at index.js:3:9``; empty if unknown."""
    said = [line.text for line in lines if line.runtime]
    about = [_SERVICE.sub("", text) for text in said if _SERVICE.match(text)] or said
    return " ".join(_CONTROL.sub(" ", about[0].replace("\n", " ")).split()) if about else ""
