"""What holds for every request: its size, the headers of its answer, and one line in the log."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a body: deploys carry code, and static files go before them; nothing else is large.
SMALL, ASSETS, LARGE = 1024 * 1024, 32 * 1024 * 1024, 100 * 1024 * 1024
_LONGEST_PATH = 2048
#: Requests in progress in one process. Most of them wait, for a deployment or the next line of a log.
_MOST = 2000

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
]


class _TooLarge(HTTPException):
    """Nothing on the way takes it for a body that it cannot read: it becomes the answer."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, _too_large(limit))


class _TooSlow(HTTPException):
    """As ``_TooLarge``. What is still to come is not waited for."""

    def __init__(self) -> None:
        super().__init__(408, "the body did not come to its end", {"Connection": "close"})


class Guard:
    """An ASGI middleware. ``log`` gets a line for each request, without query, body or key.

    ``patience`` is how many seconds nothing may come of a body; with ``most`` requests in progress others are refused.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        secure: bool,
        log: Callable[[str], None] | None = None,
        patience: float = 30,
        most: int = _MOST,
    ) -> None:
        self._app = app
        self._patience = patience
        self._most = most
        self._count = 0
        self._headers = security_headers(secure)
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, identifier = time.perf_counter(), secrets.token_hex(8)
        state = {"status": 0}
        limit = largest(scope["method"], scope["path"])
        seen, more, asked = 0, True, False

        async def limited() -> Message:
            nonlocal seen, more, asked
            asked = True
            # After the body only the end of the connection comes, for which a stream of events may wait for hours.
            try:
                async with asyncio.timeout(self._patience if more else None):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            more = message.get("more_body", False)
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge(limit)
            return message

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                named = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in self._headers if name not in named),
                    (b"x-request-id", identifier.encode()),
                ]
                if not asked and _expects(scope):
                    # Its body will not be sent now, and the next request would be taken for it.
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        self._count += 1
        try:
            if self._count > self._most:
                await _refuse(
                    marked, 503, "unavailable", "too many requests at the same time", [(b"retry-after", b"1")]
                )
            elif len(scope["raw_path"]) > _LONGEST_PATH:
                await _refuse(marked, 414, "path_too_long", "the path is too long")
            elif _announced(scope) > limit:
                await _refuse(marked, 413, "too_large", _too_large(limit))
            else:
                await self._app(scope, limited, marked)
        finally:
            self._count -= 1
            if self._log is not None:
                took = (time.perf_counter() - started) * 1000
                # As it was sent: decoded, it could hold a line of its own.
                path = scope["raw_path"].decode("ascii", "backslashreplace")
                self._log(f"{scope['method']} {path} {state['status']} {took:.0f}ms {identifier}")


def security_headers(secure: bool) -> list[tuple[bytes, bytes]]:
    """What every answer tells browsers; ``secure`` is whether they came by https."""
    return _HEADERS + ([(b"strict-transport-security", b"max-age=31536000")] if secure else [])


def largest(method: str, path: str) -> int:
    """Bytes that a body may have."""
    if method != "POST":
        return SMALL
    if path.endswith("/deployments") or path.startswith("/api/v1/cli/deploy"):
        return LARGE
    return ASSETS if path.endswith("/assets") else SMALL


def _too_large(limit: int) -> str:
    return f"the body is larger than {limit // 1024**2} MiB"


def _expects(scope: Scope) -> bool:
    """Whether the client waits for a word before it sends the body."""
    return any(name == b"expect" for name, _ in scope["headers"])


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(
    send: Send, status: int, code: str, message: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    error: dict[str, Any] = {"code": code, "message": message}
    body = json.dumps({"error": error, **error}).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
