"""From a place in the uploaded code to the place in its source, by the source map of the bundle."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from aerostack.errors import Location
from aerostack.model import Bundle

_DIGITS = {
    digit: value for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}


def origin(text: str, bundle: Bundle, root: Path) -> Location | None:
    """Where the first frame of the stack trace in ``text`` that lies in the entry module comes from."""
    if bundle.main is None:
        return None
    frame = re.search(rf"{re.escape(bundle.main)}:(\d+):(\d+)", text)
    maps = [module.content for module in bundle.modules if module.type == "sourcemap"]
    if frame is None or not maps:
        return None
    return _look_up(json.loads(maps[0]), int(frame[1]) - 1, int(frame[2]) - 1, root)


def _look_up(document: dict[str, Any], line: int, column: int, root: Path) -> Location | None:
    source = source_line = source_column = 0
    found = None
    for number, generated in enumerate(document["mappings"].split(";")):
        if number > line:
            break
        at = 0
        for segment in filter(None, generated.split(",")):
            numbers = _numbers(segment)
            at += numbers[0]
            if len(numbers) < 4:
                continue
            source, source_line, source_column = (
                source + numbers[1],
                source_line + numbers[2],
                source_column + numbers[3],
            )
            if number == line and (at <= column or found is None):
                found = Location(root / document["sources"][source], source_line + 1, source_column + 1)
    return found


def _numbers(segment: str) -> list[int]:
    """Base64 digits of five bits each, the lowest first; the last bit of a number is its sign."""
    numbers, value, shift = [], 0, 0
    for character in segment:
        digit = _DIGITS[character]
        value += (digit & 31) << shift
        shift += 5
        if not digit & 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return numbers
