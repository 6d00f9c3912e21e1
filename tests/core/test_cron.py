"""Cron expressions: when they are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aerostack.cron import Cron

YEAR = [datetime(2026, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("* * * * *", 1440),
        ("*/15 * * * *", 96),
        ("5/20 1,2 * * *", 6),
        ("0-10/5 9-17 * * *", 27),
        ("30 4 * * *", 1),
    ],
)
def test_minutes_and_hours(text, times):
    cron = Cron.parse(text)
    assert sum(cron.due(YEAR[0] + timedelta(minutes=number)) for number in range(1440)) == times


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ("1 1 *", ["01-01"]),
        ("31 * *", ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]),
        ("L FEB *", ["02-28"]),
        ("L-2 feb *", ["02-26"]),
        ("LW 2,5 *", ["02-27", "05-29"]),
        # 2026-02-01 is a Sunday, 2026-08-01 a Saturday, 2026-05-31 a Sunday.
        ("1W 2,8 *", ["02-02", "08-03"]),
        ("15W 2,8 *", ["02-16", "08-14"]),
        ("31W 2,5 *", ["05-29"]),
        ("* 2 1", ["02-01", "02-08", "02-15", "02-22"]),
        ("* 2 SUN", ["02-01", "02-08", "02-15", "02-22"]),
        ("* 2 7", ["02-07", "02-14", "02-21", "02-28"]),
        ("* 2 L", ["02-07", "02-14", "02-21", "02-28"]),
        ("* 2 6L", ["02-27"]),
        ("* 2 mon#2", ["02-09"]),
        ("* 2 2#5", []),
        ("1 2 2", ["02-01", "02-02", "02-09", "02-16", "02-23"]),
        ("10-12/2 2 *", ["02-10", "02-12"]),
    ],
)
def test_days(fields, days):
    cron = Cron.parse(f"0 0 {fields}")
    assert [f"{day:%m-%d}" for day in YEAR if cron.due(day)] == days


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("* * * *", "a cron expression has 5 fields, not 4"),
        ("60 * * * *", "'60' is not from 0 to 59"),
        ("* 24 * * *", "'24' is not from 0 to 23"),
        ("* * 0 * *", "'0' is not from 1 to 31"),
        ("* * * XYZ *", "'XYZ' is not from 1 to 12"),
        ("* * * * 0", "'0' is not from 1 to 7"),
        ("* * * * 8L", "'8' is not from 1 to 7"),
        ("5-1 * * * *", "'5-1' holds nothing"),
        ("*/0 * * * *", "'*/0' holds nothing"),
        ("a-b-c * * * *", "'A-B-C' is not understood"),
        (", * * * *", "'' is not understood"),
    ],
)
def test_what_is_no_expression_says_why(text, why):
    with pytest.raises(ValueError) as refused:
        Cron.parse(text)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("text", "after", "following"),
    [
        ("* * * * *", "2026-01-01T00:00:59", "2026-01-01T00:01"),
        ("*/15 9-17 * * *", "2026-01-01T17:45:00", "2026-01-02T09:00"),
        ("0 0 1 1 *", "2026-01-01T00:00:00", "2027-01-01T00:00"),
        ("0 12 29 2 *", "2097-01-01T00:00:00", "2104-02-29T12:00"),
        ("0 0 * * MON#1", "2026-11-30T23:59:00", "2026-12-07T00:00"),
    ],
)
def test_the_following_minute(text, after, following):
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert Cron.parse(text).following(moment) == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_what_never_comes_has_no_following_minute():
    assert Cron.parse("0 0 30 2 *").following(datetime(2026, 1, 1, tzinfo=UTC)) is None
