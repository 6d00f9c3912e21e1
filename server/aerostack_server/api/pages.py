"""Lists in pages: ``?limit=&cursor=``, and ``{"items", "next"}``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from aerostack_server.problems import invalid

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=200)]

LIMIT = 50


def after(cursor: str | None) -> tuple[int, str] | None:
    """Where the page begins. Raises ``Problem`` for a cursor that we did not make."""
    if cursor is None:
        return None
    try:
        moment, _, last = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        number = int(moment)
    except (binascii.Error, ValueError, UnicodeError):
        raise invalid("that is no cursor", hint="take it from `next` of the page before") from None
    if not -(2**63) <= number < 2**63 or "\x00" in last:
        raise invalid("that is no cursor", hint="take it from `next` of the page before")
    return number, last


def page(
    items: Sequence[T], limit: int, shown: Callable[[T], Any], place: Callable[[T], tuple[int, str]]
) -> dict[str, Any]:
    """``items`` holds one more than ``limit`` when there is another page."""
    here = items[:limit]
    following = None
    if len(items) > limit:
        moment, last = place(here[-1])
        following = base64.urlsafe_b64encode(f"{moment} {last}".encode()).decode()
    return {"items": [shown(item) for item in here], "next": following}
