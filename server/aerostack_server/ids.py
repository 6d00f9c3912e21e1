"""Identifiers: a prefix that says what it is, and 80 random bits."""

from __future__ import annotations

import re
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def new(prefix: str) -> str:
    """Such as ``prj_4f0…``."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(16))}"


def is_label(text: str) -> bool:
    """Whether the text can be one part of a host name."""
    return _NAME.match(text) is not None


def slug(text: str, longest: int = 40) -> str:
    """A label made of a name; empty when nothing of it can be used."""
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return made[:longest].rstrip("-")
