"""One JSON object of an answer, read with suspicion: every field is checked before anyone uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aerostack.errors import RemoteError

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
HEX32 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


class Record:
    """``operation`` is what was being done, ``applied`` what is known of it as a write: ``False`` for a read.

    Every reader raises ``RemoteError`` for a field that is missing or wrong. Unknown fields are ignored: the API may
    grow.
    """

    def __init__(self, value: object, operation: str, applied: bool | None = None) -> None:
        if not isinstance(value, Mapping):
            raise _malformed(operation, "the result is no object", applied)
        self.raw: Mapping[str, Any] = value
        self._operation = operation
        self._applied = applied

    def text(self, key: str) -> str:
        """A string that is not empty."""
        value = self.raw.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key)
        return value

    def optional_text(self, key: str) -> str | None:
        """A string; ``None`` when missing, null or empty."""
        return None if self.raw.get(key) in (None, "") else self.text(key)

    def identifier(self, key: str, form: re.Pattern[str]) -> str:
        """A string of that form, whole."""
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.wrong(key)
        return value

    def flag(self, key: str) -> bool:
        """A boolean; false when missing or null."""
        value = self.raw.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key)
        return bool(value)

    def number(self, key: str) -> float:
        """A number."""
        value = self.raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key)
        return value

    def optional_number(self, key: str) -> float | None:
        """A number; ``None`` when missing or null."""
        return None if self.raw.get(key) is None else self.number(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty when missing or null."""
        value = self.raw.get(key) or ()
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key)
        return tuple(value)

    def records(self, key: str) -> tuple[Record, ...]:
        """A list of objects; empty when missing or null."""
        value = self.raw.get(key)
        return () if value is None else records(value, self._operation, self._applied)

    def record(self, key: str) -> Record:
        """An object; an empty one when missing or null."""
        value = self.raw.get(key)
        return Record({} if value is None else value, self._operation, self._applied)

    def wrong(self, key: str) -> RemoteError:
        """The error for a field."""
        detail = f"the field `{key}` is {'wrong' if key in self.raw else 'missing'}"
        return _malformed(self._operation, detail, self._applied)


def records(value: object, operation: str, applied: bool | None = None) -> tuple[Record, ...]:
    """A list of objects. Raises ``RemoteError``."""
    if not isinstance(value, list):
        raise _malformed(operation, "the result is no list", applied)
    return tuple(Record(item, operation, applied) for item in value)


def _malformed(operation: str, detail: str, applied: bool | None) -> RemoteError:
    return RemoteError(
        f"{operation}: the API's answer is not what it promises: {detail}",
        operation=operation,
        applied=applied,
        hint="check the address of the API",
        code="malformed_answer",
    )
