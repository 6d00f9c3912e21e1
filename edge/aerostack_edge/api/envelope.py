"""The form of every answer of the API, and the exception that becomes a refusal."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from aiohttp import web


class ApiError(Exception):
    """A refusal: the HTTP status, Cloudflare's code and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def ok(result: Any, *, info: dict[str, Any] | None = None, status: int = 200) -> web.Response:
    """A success; ``info`` is the ``result_info`` of a list."""
    envelope = {"success": True, "errors": [], "messages": [], "result": result}
    if info is not None:
        envelope["result_info"] = info
    return _json(envelope, status)


def refusal(error: ApiError) -> web.Response:
    """A failure."""
    envelope = {
        "success": False,
        "errors": [{"code": error.code, "message": error.message}],
        "messages": [],
        "result": None,
    }
    return _json(envelope, error.status)


def page(request: web.Request, items: Sequence[Any], *, per_page: int = 20, largest: int = 1000) -> web.Response:
    """A list cut by the request's ``page`` and ``per_page``; beyond the end it is empty, so that loops end."""
    size = min(number(request, "per_page", per_page, least=1), largest)
    current = number(request, "page", 1, least=1)
    shown = items[(current - 1) * size : current * size]
    info = {
        "page": current,
        "per_page": size,
        "count": len(shown),
        "total_count": len(items),
        "total_pages": math.ceil(len(items) / size),
    }
    return ok(list(shown), info=info)


def number(request: web.Request, name: str, default: int, *, least: int) -> int:
    """A query parameter that is a number. Raises ``ApiError``."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
        raise ApiError(400, 7400, f"The query parameter {name} must be a number from {least}.")
    return int(text)


def _json(envelope: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=json.dumps(envelope).encode(), status=status, content_type="application/json")
