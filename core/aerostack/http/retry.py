"""When a failed request is sent again, and after how many seconds. Pure.

A request is repeated when the failure is a passing one and repeating cannot do harm: it is repeatable by nature, or it
was certainly not applied. An ambiguous write is the caller's to decide, by reading back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from aerostack.errors import RateLimitError, RemoteError, RemoteTimeoutError, UnavailableError

ATTEMPTS = 4

#: Longer than this nobody waits for: the value is reported instead.
LONGEST_WAIT = 60.0

_FIRST_STEP, _LONGEST_STEP = 0.5, 8.0
_PASSING = (RateLimitError, RemoteTimeoutError, UnavailableError)


def pause(
    error: RemoteError, *, repeatable: bool, attempt: int, asked: float | None, left: float, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt; ``None`` when there must be none.

    ``attempt`` counts from 1, ``asked`` is what the server asked for, ``left`` the time until the deadline, and
    ``jitter`` a random number in [0, 1), times the patience: the whole step is random, so that many clients do not
    return together.
    """
    if attempt >= ATTEMPTS or not isinstance(error, _PASSING):
        return None
    if not repeatable and error.applied is not False:
        return None
    if asked is not None and asked > LONGEST_WAIT:
        return None
    step = min(_LONGEST_STEP, _FIRST_STEP * 2.0 ** (attempt - 1))
    seconds = (asked or 0.0) + jitter * step
    return seconds if seconds < left else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, as a number or a date; ``None`` when absent or nonsense.

    A date is compared with the answer's own ``Date``, and says nothing without one: the clock of this machine may be
    wrong.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until, now = _moment(value), _moment(headers.get("date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    from email.utils import parsedate_to_datetime  # 8 ms, and hardly ever needed

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
