"""What is sent: the address, the headers and the body of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from aerostack.errors import ConfigError
from aerostack.model import Secret

_WITH_A_BODY = frozenset({"POST", "PUT", "PATCH"})

# What a path may hold as it is.
_PATH = "/%:@!$&'()*+,;=~"


def target(path: str, params: Mapping[str, Any] | None) -> str:
    """A quoted path with the parameters as its query. Characters that no address may hold are quoted nevertheless."""
    path, _, query = path.partition("?")
    queries = [_quoted(query, _PATH + "?"), urlencode(list(_pairs(params or {})))]
    query = "&".join(part for part in queries if part)
    return (_quoted(path, _PATH) or "/") + (f"?{query}" if query else "")


def encode(document: Any) -> bytes:
    """A document as compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def merge(*layers: Mapping[str, str]) -> dict[str, str]:
    """Headers of which the later layers replace the earlier ones, whatever their case."""
    merged: dict[str, tuple[str, str]] = {}
    for layer in layers:
        merged |= {name.lower(): (name, value) for name, value in layer.items()}
    return dict(merged.values())


def body_headers(method: str, content: bytes, *, is_json: bool) -> dict[str, str]:
    """The headers that describe a body."""
    headers = {"Content-Length": str(len(content))} if content or method in _WITH_A_BODY else {}
    return headers | {"Content-Type": "application/json"} if is_json else headers


def bearer(token: Secret) -> dict[str, str]:
    """The header that carries a token. Raises ``ConfigError`` for what cannot be one."""
    value = token.reveal()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            "the API token holds a blank, a line break or a character that no token has",
            hint="copy the token again, without anything around it",
            code="malformed_token",
        )
    return {"Authorization": f"Bearer {value}"}


def _quoted(text: str, safe: str) -> str:
    if "%" in text:
        text = re.sub("%(?![0-9A-Fa-f]{2})", "%25", text)  # one that begins no quoted character
    return quote(text, safe=safe)


def _pairs(params: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in params.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            yield name, _plain(one)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
