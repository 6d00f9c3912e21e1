"""A dataclass of strings as one line of JSON, which is how a journal remembers it."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any, TypeVar

T = TypeVar("T")


def written(value: Any) -> str:
    """The line; equal values give equal lines."""
    return json.dumps(asdict(value), sort_keys=True, separators=(",", ":"))


def parsed(cls: type[T], text: object) -> T | None:
    """What ``written`` gave; ``None`` for anything else, such as a line of another version."""
    try:
        document = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    if not isinstance(document, dict) or set(document) != names:
        return None
    return cls(**document) if all(isinstance(value, str) for value in document.values()) else None
