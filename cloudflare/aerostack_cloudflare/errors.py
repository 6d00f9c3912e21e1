"""Cloudflare's envelope → our errors.

Decided by product and code, never by text: a code means different things in different products (10007 is a missing
Worker, and elsewhere a missing subdomain). The status comes first: a 5xx is an outage whatever code it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aerostack.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    UnavailableError,
)
from aerostack.http import Response, judge_status, malformed
from aerostack.http.failure import applied, challenged, error_class
from aerostack_cloudflare.hints import last_hint, new_token
from aerostack_cloudflare.permissions import Product, permission

#: Codes with a class of their own.
_KINDS: dict[tuple[Product, int], type[RemoteError]] = {
    ("d1", 7404): NotFoundError,
    ("d1", 7502): ConflictError,
    ("kv", 10013): NotFoundError,
    ("kv", 10014): ConflictError,
    ("r2", 10006): NotFoundError,
    ("r2", 10007): NotFoundError,
    ("r2", 10004): ConflictError,
    ("queues", 11000): NotFoundError,
    ("queues", 11009): ConflictError,
    ("queues", 11004): ConflictError,
    ("routes", 10020): ConflictError,
    ("workers", 10007): NotFoundError,
    ("workers", 10090): NotFoundError,
    ("workers", 10092): NotFoundError,
    ("subdomain", 10007): NotFoundError,
    ("subdomain", 10063): NotFoundError,
    ("subdomain", 10031): ConflictError,
}

#: Codes that mean the same everywhere: the credentials were not understood or not accepted, or came too often.
_AUTH_CODES = frozenset({1000, 1001, 6003, 6111, 9103, 9106, 9107, 10001})
_RATE_CODES = frozenset({971, 10429})

_LONGEST_MESSAGE = 4000


def judge(product: Product) -> Callable[[Response], RemoteError | None]:
    """What an answer of Cloudflare's API means; ``None`` for a success."""

    def decide(response: Response) -> RemoteError | None:
        if response.status >= 500 or 300 <= response.status < 400 or challenged(response):
            return judge_status(response) if not _errors(response) else _refusal(response, product)
        if response.status == 429 and not _errors(response):
            return judge_status(response)
        envelope = response.json()
        if not isinstance(envelope, Mapping) or not isinstance(envelope.get("success"), bool):
            return malformed(response, "JSON that is no envelope of Cloudflare's")
        if envelope["success"] and response.status < 300:
            return None
        return _refusal(response, product)

    return decide


def judge_raw(product: Product) -> Callable[[Response], RemoteError | None]:
    """As ``judge``, for answers whose body is a value and no envelope when all is well."""
    decide = judge(product)

    def raw(response: Response) -> RemoteError | None:
        return None if 200 <= response.status < 300 and not challenged(response) else decide(response)

    return raw


def _refusal(response: Response, product: Product) -> RemoteError:
    from aerostack_cloudflare.explanations.table import explanation

    errors = _errors(response)
    code = errors[0][0] if errors else None
    kind = _kind(response.status, product, code)
    said = "; ".join(text + (f" (code {number})" if number is not None else "") for number, text in errors)
    said = said or f"HTTP {response.status}"
    operation = response.operation
    message = f"{operation} failed: {said}"
    known = explanation(product, code) if code is not None else None
    hint = known.fix if known else None
    if kind is PermissionDeniedError:
        needed = permission(product, response.method)
        message = f"{operation} needs the permission {needed.group} {needed.level}: {said}"
        hint = (
            f"add {needed} to the token at https://dash.cloudflare.com/profile/api-tokens, "
            "and check that it covers this account"
        )
    elif kind is AuthError:
        message = f"{operation} failed: Cloudflare does not accept the token: {said}"
        hint = new_token(permission(product, response.method))
    elif kind is RateLimitError:
        hint = "Cloudflare allows 1200 requests in 5 minutes: wait 5 minutes, then try again"
    elif kind is UnavailableError:
        hint = "Cloudflare has a problem (https://www.cloudflarestatus.com): try again in a minute"
    hint = hint or last_hint(kind)
    # "No" within a 200 is not trusted to mean that nothing happened.
    certain = None if response.status < 300 and response.method != "GET" else applied(response.method, response.status)
    error = kind(
        message,
        status=response.status,
        remote_code=code,
        operation=operation,
        applied=certain,
        hint=hint,
    )
    error.product = product
    return error


def _kind(status: int, product: Product, code: int | None) -> type[RemoteError]:
    from aerostack_cloudflare.explanations.table import explained

    if status >= 500:
        return UnavailableError
    if code is not None:
        if code in _RATE_CODES:
            return RateLimitError
        if (product, code) in _KINDS:
            return _KINDS[product, code]
        if status != 403 and code in _AUTH_CODES:
            return AuthError
        if status == 403 and explained(product, code):
            return RemoteError  # 403 is for more than permissions, such as an e-mail address that is not verified
    # A code in a class above says what 200 means; any other refusal within a 200 is just that.
    return error_class(status) if status >= 400 else RemoteError


def _errors(response: Response) -> list[tuple[int | None, str]]:
    """Code and text of each error in the envelope, with the chains that Cloudflare nests; empty when there is none."""
    try:
        envelope = response.json()
    except UnavailableError:
        return []
    found = envelope.get("errors") if isinstance(envelope, Mapping) else None
    return [_error(entry) for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def _error(entry: Mapping[str, Any]) -> tuple[int | None, str]:
    code, message, chain = entry.get("code"), entry.get("message"), entry.get("error_chain")
    text = _plain(message) if isinstance(message, str) and message else "no reason given"
    if isinstance(chain, list):
        links = [_error(link)[1] for link in chain if isinstance(link, Mapping) and "error_chain" not in link]
        text = ": ".join([text, *links])
    return (code if isinstance(code, int) and not isinstance(code, bool) else None), text


def _plain(text: str) -> str:
    """Text of the network without what would steer a terminal."""
    kept = "".join(character for character in text if character in "\n\t" or character.isprintable())
    return kept if len(kept) <= _LONGEST_MESSAGE else kept[:_LONGEST_MESSAGE] + "…"
