"""What an answer of the API means: a success, or one of our errors with the server's own code, reason and hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack.errors import (
    AuthError,
    OvertakenError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    UnavailableError,
)
from aerostack.http import Response, judge_status, malformed
from aerostack.http.failure import applied, challenged, error_class

_LONGEST_MESSAGE = 4000

_HINTS_BY_CODE = {
    "environment_not_found": "it exists once something was deployed to it: aerostack deploy --env NAME",
    "project_not_found": "see `aerostack projects list` and `aerostack whoami`",
}

#: What is more than its status says: somebody else deploys to the environment just now.
_KINDS_BY_CODE: dict[str, type[RemoteError]] = {"deploy_in_progress": OvertakenError}

_HINTS: dict[type[RemoteError], str] = {
    AuthError: "log in again: aerostack login",
    PermissionDeniedError: "use a key with that scope: aerostack keys create --help",
    RateLimitError: "try again in a minute",
    UnavailableError: "the server has a problem: try again in a minute",
}


def judge(response: Response) -> RemoteError | None:
    """The error that an answer means; ``None`` for a success.

    Only the API itself can say that something does not exist: a 404 without its envelope is a wrong address or a
    gateway, and becomes ``UnavailableError``.
    """
    if 200 <= response.status < 300 and challenged(response) is None:
        return None
    if challenged(response) is not None or 300 <= response.status < 400:
        return judge_status(response)
    said = envelope(response)
    if said is None:
        return malformed(response, _foreign(response)) if response.status == 404 else judge_status(response)
    code = _text(said, "code")
    kind = _KINDS_BY_CODE.get(code) or error_class(response.status)
    hint = _text(said, "hint") or _HINTS_BY_CODE.get(code) or _HINTS.get(kind)
    return kind(
        f"{response.operation} failed: {_reason(said)}",
        status=response.status,
        operation=response.operation,
        applied=applied(response.method, response.status),
        hint=hint,
        code=code or None,
    )


def judge_document(response: Response) -> RemoteError | None:
    """As ``judge``, for answers that are JSON when all is well: anything else did not come from the API."""
    error = judge(response)
    if error is None:
        response.json()  # raises what the client takes for a passing failure
    return error


def judge_brief(response: Response) -> RemoteError | None:
    """As ``judge``, for answers that are empty when all is well, or say that the rest is under way (202)."""
    error = judge(response)
    if error is None and response.content:
        return judge_document(response) if response.status == 202 else malformed(response, "more than was asked")
    return error


def envelope(response: Response) -> Mapping[str, Any] | None:
    """The ``error`` object of a refusal; ``None`` when somebody else than the API has answered."""
    try:
        document = response.json()
    except UnavailableError:
        return None
    error = document.get("error") if isinstance(document, Mapping) else None
    return error if isinstance(error, Mapping) else None


def _foreign(response: Response) -> str:
    """What somebody else's JSON is called; empty for what is none."""
    try:
        response.json()
    except UnavailableError:
        return ""
    return "JSON that is not its own"


def _reason(said: Mapping[str, Any]) -> str:
    message = _text(said, "message") or "no reason was given"
    details = said.get("details")
    return f"{message}: {_plain(details)}" if isinstance(details, str) and details else message


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Text of the network without what would steer a terminal."""
    kept = "".join(character for character in text if character in "\n\t" or character.isprintable())
    return kept if len(kept) <= _LONGEST_MESSAGE else kept[:_LONGEST_MESSAGE] + "…"
