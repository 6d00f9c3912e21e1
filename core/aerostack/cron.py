"""Cron expressions as Cloudflare reads them: five fields in UTC, weekdays from 1 (Sunday) to 7, with L, W and #."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from aerostack.values import dataclass

_Day: TypeAlias = Callable[[date], bool]

_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_NAMES = {name.upper(): number for name, number in _MONTHS.items()}
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_SATURDAY = 7
#: Days: leap years are eight apart at most.
_LOOKED_AHEAD = 8 * 366 + 1


@dataclass(frozen=True, slots=True)
class Cron:
    """An expression; ``text`` as it was written, which is what the Worker gets."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: tuple[_Day, ...]
    months: frozenset[int]
    weekdays: tuple[_Day, ...]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Raises ``ValueError`` with what is wrong."""
        fields = text.upper().split()
        if len(fields) != 5:
            raise ValueError(f"a cron expression has 5 fields, not {len(fields)}")
        minutes, hours, days, months, weekdays = fields
        return cls(
            text,
            _numbers(minutes, 0, 59),
            _numbers(hours, 0, 23),
            _days(days),
            _numbers(months, 1, 12, _NAMES),
            _weekdays(weekdays),
        )

    def due(self, moment: datetime) -> bool:
        """Whether it fires in the minute of ``moment``, which is UTC."""
        return moment.minute in self.minutes and moment.hour in self.hours and self._on(moment.date())

    def following(self, moment: datetime) -> datetime | None:
        """The first minute after that of ``moment`` in which it fires; ``None`` when there is none for years."""
        after = moment.replace(second=0, microsecond=0)
        for ahead in range(_LOOKED_AHEAD):
            day = (after + timedelta(days=ahead)).date()
            if self._on(day):
                times = (time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))
                found = (datetime.combine(day, at, after.tzinfo) for at in times)
                if (first := next((at for at in found if at > after), None)) is not None:
                    return first
        return None

    def _on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        choices = [field for field in (self.days, self.weekdays) if field]
        # With both a day of the month and a weekday, either is enough.
        return not choices or any(on(day) for field in choices for on in field)


def _numbers(field: str, least: int, most: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is not understood")
        star, first, last, step = match.groups()
        low = least if star else _number(first, least, most, names)
        # "5/10" goes on to the end, "5" does not.
        high = _number(last, least, most, names) if last else (most if star or step else low)
        if high < low or step == "0":
            raise ValueError(f"{part!r} holds nothing")
        found.update(range(low, high + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, least: int, most: int, names: Mapping[str, int] | None) -> int:
    number = (names or {}).get(text, int(text) if text.isdecimal() else -1)
    if not least <= number <= most:
        raise ValueError(f"{text!r} is not from {least} to {most}")
    return number


def _days(field: str) -> tuple[_Day, ...]:
    return () if field == "*" else tuple(_day(part) for part in field.split(","))


def _day(part: str) -> _Day:
    if part in ("L", "LW"):
        return lambda day: day.day == _nearest(day, _last(day), part == "LW")
    if match := re.fullmatch(r"L-(\d+)", part):
        before = _number(match[1], 1, 30, None)
        return lambda day: day.day == _last(day) - before
    if match := re.fullmatch(r"(\d+)W", part):
        wanted = _number(match[1], 1, 31, None)
        return lambda day: wanted <= _last(day) and day.day == _nearest(day, wanted, True)
    numbers = _numbers(part, 1, 31)
    return lambda day: day.day in numbers


def _weekdays(field: str) -> tuple[_Day, ...]:
    return () if field == "*" else tuple(_weekday(part) for part in field.split(","))


def _weekday(part: str) -> _Day:
    if part == "L":
        return lambda day: _of_week(day) == _SATURDAY
    if match := re.fullmatch(r"(\w+)(?:L|#([1-5]))", part):
        wanted = _number(match[1], 1, 7, _WEEKDAYS)
        if match[2] is None:
            return lambda day: _of_week(day) == wanted and day.day > _last(day) - 7
        week = int(match[2])
        return lambda day: _of_week(day) == wanted and (day.day - 1) // 7 + 1 == week
    numbers = _numbers(part, 1, 7, _WEEKDAYS)
    return lambda day: _of_week(day) in numbers


def _of_week(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest(day: date, wanted: int, weekday: bool) -> int:
    """The day of the month, or the weekday nearest to it within the month."""
    target = day.replace(day=wanted)
    if not weekday or target.isoweekday() < 6:
        return wanted
    back, on = (1, 2) if target.isoweekday() == 6 else (2, 1)
    if target.isoweekday() == 6:
        moved = target - timedelta(days=back) if wanted > 1 else target + timedelta(days=on)
    else:
        moved = target + timedelta(days=on) if wanted < _last(day) else target - timedelta(days=back)
    return moved.day
