"""Identifiers: a prefix that says what it is, and 80 random bits."""

from __future__ import annotations

import re
import secrets

_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
#: Every byte as a letter: the alphabet's 32 go into 256 without a rest.
_LETTERS = _ALPHABET * 8
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def new(prefix: str) -> str:
    """Such as ``prj_4f0…``."""
    return f"{prefix}_{secrets.token_bytes(16).translate(_LETTERS).decode()}"


def is_label(text: str) -> bool:
    """Whether the text can be one part of a host name."""
    return _NAME.match(text) is not None


def slug(text: str, longest: int = 40) -> str:
    """A label made of a name; empty when nothing of it can be used."""
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return made[:longest].rstrip("-")
