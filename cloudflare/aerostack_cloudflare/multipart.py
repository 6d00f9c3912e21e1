"""A multipart/form-data body, built once in memory so that every attempt sends the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form. With a ``filename`` it is a file."""

    name: str
    content: bytes
    filename: str | None = None
    type: str | None = None


def multipart(parts: Iterable[Part]) -> tuple[bytes, str]:
    """The body and its content type."""
    boundary = os.urandom(16).hex()
    body = bytearray()
    for part in parts:
        disposition = f'form-data; name="{_escaped(part.name)}"'
        if part.filename is not None:
            disposition += f'; filename="{_escaped(part.filename)}"'
        body += f"--{boundary}\r\nContent-Disposition: {disposition}\r\n".encode()
        if part.type is not None:
            body += f"Content-Type: {part.type}\r\n".encode()
        body += b"\r\n" + part.content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"multipart/form-data; boundary={boundary}"


def _escaped(name: str) -> str:
    """As browsers do it. A module's name comes from a repository and must not add a header."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
