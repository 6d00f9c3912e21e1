"""Refusals, as the API words them."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """An answer that is no success: HTTP ``status``, a stable ``code``, words for people, and what mends it.

    ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        details: Any = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
        self.retry_after = retry_after

    def document(self) -> dict[str, Any]:
        """The body: for existing clients once below ``error`` and once at the top."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            error["hint"] = self.hint
        if self.details is not None:
            error["details"] = self.details
        return {"error": error, "code": self.code, "message": self.message}


def unauthenticated() -> Problem:
    """No key, or none that is valid: which of the two is nobody's business."""
    return Problem(401, "unauthenticated", "API key invalid", hint="aerostack login")


def forbidden(scope: str) -> Problem:
    return Problem(403, "forbidden", f"this key lacks the scope `{scope}`", hint="use a key that has it")


def not_found(what: str) -> Problem:
    """The same for what does not exist and for what belongs to somebody else."""
    return Problem(404, f"{what}_not_found", f"there is no such {what}")


def invalid(message: str, *, hint: str | None = None, details: Any = None) -> Problem:
    return Problem(422, "invalid", message, hint=hint, details=details)


def conflict(code: str, message: str, *, hint: str | None = None) -> Problem:
    return Problem(409, code, message, hint=hint)


def too_many(message: str, retry_after: float) -> Problem:
    return Problem(429, "too_many_requests", message, retry_after=retry_after)


def unavailable(message: str, retry_after: float = 5) -> Problem:
    return Problem(503, "unavailable", message, retry_after=retry_after)
