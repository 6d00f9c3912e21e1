"""When a request is sent again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerostack.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    RemoteTimeoutError,
    UnavailableError,
)
from aerostack.http.bucket import TokenBucket
from aerostack.http.retry import ATTEMPTS, LONGEST_WAIT, pause, retry_after

PASSING = [RateLimitError, RemoteTimeoutError, UnavailableError]
LASTING = [AuthError, ConflictError, NotFoundError, PermissionDeniedError, RemoteError]


def decide(
    error: RemoteError, *, repeatable: bool = True, attempt: int = 1, asked: float | None = None, left: float = 100.0
) -> float | None:
    return pause(error, repeatable=repeatable, attempt=attempt, asked=asked, left=left, jitter=1.0)


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_failure_of_a_repeatable_request_is_repeated(kind: type[RemoteError]) -> None:
    assert [decide(kind("x"), attempt=n) for n in range(1, ATTEMPTS + 1)] == [0.5, 1.0, 2.0, None]


@pytest.mark.parametrize("kind", LASTING)
def test_a_lasting_failure_is_not(kind: type[RemoteError]) -> None:
    assert decide(kind("x", applied=False)) is None


@pytest.mark.parametrize("kind", PASSING)
def test_a_write_is_repeated_only_when_it_was_certainly_not_applied(kind: type[RemoteError]) -> None:
    assert decide(kind("x", applied=None), repeatable=False) is None
    assert decide(kind("x", applied=False), repeatable=False) == 0.5


def test_what_the_server_asks_for_is_added_to_the_random_step() -> None:
    assert decide(RateLimitError("x"), asked=7.0) == 7.5
    assert decide(RateLimitError("x"), asked=0.0) == 0.5


def test_nobody_waits_longer_than_a_minute_or_beyond_the_deadline() -> None:
    assert decide(RateLimitError("x"), asked=LONGEST_WAIT) is not None
    assert decide(RateLimitError("x"), asked=LONGEST_WAIT + 1) is None
    assert decide(RateLimitError("x"), asked=5.0, left=5.0) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "999999999999999"}, 999999999.0),
        # The answer's own date counts, whatever the clock of this machine says.
        (
            {"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"},
            30.0,
        ),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "today"}, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@given(st.text(), st.text())
def test_no_retry_after_breaks_us(value: str, date: str) -> None:
    seconds = retry_after({"retry-after": value, "date": date})
    assert seconds is None or seconds >= 0


def test_the_bucket_lets_a_burst_through_and_then_spaces_the_rest() -> None:
    bucket = TokenBucket(capacity=10, seconds=20)
    assert [bucket.take(0.0) for _ in range(10)] == [0.0] * 10
    assert [bucket.take(0.0) for _ in range(2)] == [2.0, 4.0]
    # Both waited; afterwards it fills up to its capacity and not beyond.
    assert bucket.take(1000.0) == 0.0
    assert [bucket.take(1000.0) for _ in range(10)][-1] == 2.0


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    bucket = TokenBucket(capacity=1, seconds=10)
    assert bucket.take(100.0) == 0.0
    assert bucket.take(0.0) == 10.0
