"""A creation whose answer was lost: look before sending it again.

Cloudflare has no idempotency keys, and some of its lists lag behind. A second creation is sent only when the first was
looked for over a few seconds and not found; and when that one then meets "exists already", it was ours that came late.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aerostack.errors import ConflictError, RemoteError
from aerostack.http import Client

T = TypeVar("T")

_GRACE = (0.5, 1.0, 2.0)


def settle(http: Client, send: Callable[[], T], find: Callable[[], T | None]) -> T:
    """What ``send`` makes, made once. ``find`` looks for what it would have made.

    Raises what ``send`` raises when that is certain, and its first doubtful error when nothing settles the doubt.
    """
    try:
        return send()
    except RemoteError as error:
        if error.applied is not None:
            raise
        doubt = error
    found = _look(http, find)
    if found is not None:
        return found
    try:
        return send()
    except ConflictError:
        found = _look(http, find)
        if found is None:
            raise doubt from None
        return found


def _look(http: Client, find: Callable[[], T | None]) -> T | None:
    for wait in _GRACE:
        found = find()
        if found is not None:
            return found
        http.wait(wait)
    return find()
