"""What comes after: spans of calendar time, follow-ups in working days, and whether a mail is too late to go."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from mailer.config.when import FollowUp, Scheduled
from mailer.model import Period
from mailer.when.hours import NEVER, next_open, on_the_wall

_SATURDAY = 5


def duration(span: Period) -> timedelta:
    """A span of minutes, hours, days or weeks as a length of time; a month counts 30 days, a year 365."""
    days = {"day": 1, "working day": 1, "week": 7, "month": 30, "year": 365}
    match span.unit:
        case "minute":
            return timedelta(minutes=span.count)
        case "hour":
            return timedelta(hours=span.count)
        case unit:
            return timedelta(days=span.count * days[unit])


def shifted(day: date, span: Period, closed: Container[date] = NEVER) -> date:
    """The day that many days, working days, weeks, months or years later (or earlier, where negative).

    31 January and one month is the last day of February. Working days leave out Saturdays, Sundays and `closed`.
    """
    match span.unit:
        case "working day":
            return _working_days(day, span.count, closed)
        case "week":
            return day + timedelta(weeks=span.count)
        case "month":
            return day + relativedelta(months=span.count)
        case "year":
            return day + relativedelta(years=span.count)
        case _:
            return day + timedelta(days=duration(span).days)


def is_working_day(day: date, closed: Container[date]) -> bool:
    """Monday to Friday, and not closed."""
    return day.weekday() < _SATURDAY and day not in closed


def _working_days(day: date, count: int, closed: Container[date]) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, closed):
            day += step
    return day


def later_by(at: datetime, span: Period, zone: str, closed: Container[date] = NEVER) -> datetime:
    """That span after an instant, UTC: hours are hours, days keep the wall clock of the zone."""
    if span.unit in {"minute", "hour"}:
        return at + duration(span)
    local = at.astimezone(ZoneInfo(zone))
    return on_the_wall(shifted(local.date(), span, closed), local.time(), zone)


def follow_up_at(
    step: FollowUp, sent_at: datetime, plan: Scheduled, zone: str, closed: Container[date] = NEVER
) -> datetime:
    """When a follow-up is due, UTC: `step.after` after the mail before it left, in the recipient's hours."""
    return next_open(later_by(sent_at, step.after, zone, closed), plan.hours, zone, closed)


class Fate(StrEnum):
    """What becomes of an approved mail when its time is looked at."""

    WAIT = "wait"  #: its time has not come
    GO = "go"  #: it goes now, or at the next open hour
    ASK = "ask"  #: its time passed: a person decides
    SKIP = "skip"  #: its time passed: it is dropped, with the reason


def fate(plan: Scheduled, waiting_since: datetime, *, now: datetime) -> Fate:
    """Whether a mail may still go by itself.

    `waiting_since` is from when on it could have gone but nobody was there to send it: its due time, or the last
    time somebody looked after it. What waited for a slow server or a daily quota meanwhile is not late.
    """
    if now < waiting_since:
        return Fate.WAIT
    if now - waiting_since <= duration(plan.grace) or plan.late == "send":
        return Fate.GO
    return Fate.ASK if plan.late == "ask" else Fate.SKIP
