"""Recurrences → days: `every:` in words, and RFC 5545 rules."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from mailer.config.calendar import DayRule
from mailer.config.when import ByRule, Every
from mailer.model import Period
from mailer.when.later import is_working_day, shifted

_STEPS = {
    "day": relativedelta(days=1),
    "weekday": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}

#: A Monday from which fortnights are counted where nothing else is said.
_FORTNIGHTS = date(2024, 1, 1)


def days_of_rule(rule: ByRule, first: date, last: date) -> Iterator[date]:
    """The days of an RFC 5545 rule from first to last, both included."""
    found = rrulestr(rule.rrule, dtstart=datetime.combine(rule.starting, time()))
    for at in found.xafter(datetime.combine(first, time()), inc=True):
        if at.date() > last:
            return
        yield at.date()


def days_of_every(rule: Every, first: date, last: date, closed: Container[date]) -> Iterator[tuple[str, date]]:
    """(round's name, day) from first to last, in order; some of the neighbouring periods too.

    A day that a month does not have is its last one; a working day is none of `closed`.
    """
    slack = _slack(rule.offset)
    start = _period_start(rule, first - slack)
    while start <= last + slack:
        following = start + _STEPS[rule.every]
        day = _pick(rule, start, following, closed)
        if day is not None:
            day = shifted(day, rule.offset, closed) if rule.offset else day
            if rule.starting is None or day >= rule.starting:
                yield _name(rule.every, start), day
        start = following


def _slack(offset: Period | None) -> timedelta:
    """How far an offset may carry a day out of its period, generously."""
    if offset is None:
        return timedelta(0)
    days = {"day": 1, "working day": 3, "week": 7, "month": 31, "year": 366}
    return timedelta(days=abs(offset.count) * days[offset.unit] + 31)


def _period_start(rule: Every, day: date) -> date:
    match rule.every:
        case "week":
            return day - timedelta(days=day.weekday())
        case "fortnight":
            origin = rule.starting or _FORTNIGHTS
            return day - timedelta(days=(day - origin + timedelta(days=origin.weekday())).days % 14)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
        case _:
            return day


def _name(every: str, start: date) -> str:
    match every:
        case "week" | "fortnight":
            return f"{start:%G-W%V}"
        case "month":
            return f"{start:%Y-%m}"
        case "quarter":
            return f"{start.year}-Q{(start.month + 2) // 3}"
        case "year":
            return f"{start.year}"
        case _:
            return f"{start}"


def _pick(rule: Every, start: date, end: date, closed: Container[date]) -> date | None:
    """The day that `on` means in the period [start, end); None where it has none."""
    if rule.every == "weekday":
        return start if is_working_day(start, closed) else None
    if rule.on is None:
        return start
    if rule.on.month is not None:
        start = date(start.year, rule.on.month, 1)
        end = start + relativedelta(months=1)
    match rule.on.unit:
        case "day":
            return _numbered(rule.on.which, start, end)
        case "weekday":
            return _of_weekday(rule.on, start, end)
        case _:
            return _working(rule.on.which, start, end, closed)


def _numbered(number: int, start: date, end: date) -> date:
    if number < 0:
        return end - timedelta(days=1)
    month_end = start + relativedelta(months=1, days=-1)
    return min(start + timedelta(days=number - 1), month_end)


def _of_weekday(on: DayRule, start: date, end: date) -> date:
    if on.which < 0:
        last = end - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - on.weekday) % 7)
    return start + timedelta(days=(on.weekday - start.weekday()) % 7, weeks=on.which - 1)


def _working(which: int, start: date, end: date, closed: Container[date]) -> date | None:
    days = [start + timedelta(days=ahead) for ahead in range((end - start).days)]
    return next((day for day in days[::which] if is_working_day(day, closed)), None)
