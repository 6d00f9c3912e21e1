"""Cutting SQL text into statements, as SQLite itself would read it."""

from __future__ import annotations

import re
import sqlite3

_NOTHING = re.compile(r"(?:\s|;|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*\Z", re.DOTALL)


def statements(text: str) -> list[str]:
    """The statements, without those that are only space and comments. Semicolons in strings and triggers do not cut."""
    found = []
    start = 0
    position = text.find(";")
    while position >= 0:
        candidate = text[start : position + 1]
        if sqlite3.complete_statement(candidate):
            found.append(candidate.strip())
            start = position + 1
        position = text.find(";", position + 1)
    found.append(text[start:].strip())
    return [statement for statement in found if not _NOTHING.match(statement)]
