"""A rule → the plain English sentence that every command and the desk show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mailer.config.calendar import MONTHS, WEEKDAYS, DayRule
from mailer.config.when import (
    ByColumn,
    ByRule,
    Every,
    Neglected,
    NewRows,
    Once,
    OnDate,
    Rule,
)
from mailer.model import Period


def describe(rule: Rule | None, firm_zone: str) -> str:
    """The rule as a sentence: "every quarter, on the first Monday, at 09:30 Africa/Lagos"."""
    match rule:
        case None:
            return "when you send it"
        case Once():
            return f"once, on {_day(rule.at.date())}, at {_at(rule.at.time(), rule.zone, firm_zone)}"
        case NewRows():
            return f"{rule.after} after a new row appears" if rule.after else "as soon as a new row appears"
        case _:
            return f"{_which(rule)}, at {_at(rule.at, rule.zone, firm_zone)}"


def _which(rule: Every | ByRule | OnDate | Neglected | ByColumn) -> str:
    match rule:
        case Every():
            return _every(rule)
        case ByRule():
            return f"by the rule {rule.rrule}"
        case OnDate():
            return f"every year, {_offset(rule.offset)} the {_words(rule.date)}"
        case Neglected():
            return "when nobody has been in touch for as long as keep_in_touch says"
        case ByColumn():
            return f"on the date in the column {rule.column}"


def _every(rule: Every) -> str:
    parts = [f"every {rule.every}"]
    if rule.on is not None:
        parts.append(_on(rule.on) if not rule.offset else f"{_offset(rule.offset)} {_on(rule.on)[3:]}")
    elif rule.offset:
        parts.append(f"{_offset(rule.offset)} its first day")
    if rule.starting:
        parts.append(f"from {_day(rule.starting)}")
    return ", ".join(parts)


def _on(day: DayRule) -> str:
    month = f" of {MONTHS[day.month - 1].title()}" if day.month else ""
    match day.unit, day.which:
        case "day", -1:
            return f"on the last day{month}"
        case "day", number:
            return f"on {number} {MONTHS[day.month - 1].title()}" if day.month else f"on the {nth(number)}"
        case "working day", which:
            return f"on the {_ORDINALS[which]} working day{month}"
        case _, which if " " not in day.text.strip():
            return f"on {WEEKDAYS[day.weekday].title()}"
        case _, which:
            return f"on the {_ORDINALS[which]} {WEEKDAYS[day.weekday].title()}{month}"


_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def nth(number: int) -> str:
    """1 → "1st"; for our own lists, which are in English."""
    ending = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _offset(offset: Period | None) -> str:
    if offset is None or offset.count == 0:
        return "on"
    span = Period(abs(offset.count), offset.unit)
    return f"{span} {'before' if offset.count < 0 else 'after'}"


def _words(column: str) -> str:
    return column.replace("_", " ")


def _at(clock: time, zone: str, firm_zone: str) -> str:
    return f"{clock:%H:%M} {'where they are' if zone == 'recipient' else firm_zone if zone == 'firm' else zone}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"


def describe_plan(times: Iterable[datetime], *, now: datetime, zone: str) -> str:
    """When an account's mails go: "212 today 09:00 to 10:46, 88 tomorrow 09:00 to 09:44"."""
    info = ZoneInfo(zone)
    by_day: dict[date, list[datetime]] = {}
    for at in sorted(each.astimezone(info) for each in times):
        by_day.setdefault(at.date(), []).append(at)
    return ", ".join(_day_of_plan(day, at, now.astimezone(info).date()) for day, at in by_day.items())


def _day_of_plan(day: date, times: list[datetime], today: date) -> str:
    first, last = f"{times[0]:%H:%M}", f"{times[-1]:%H:%M}"
    name = {0: "today", 1: "tomorrow"}.get((day - today).days, f"on {day.day} {MONTHS[day.month - 1].title()}")
    return f"{len(times)} {name} {first}" + (f" to {last}" if last != first else "")
