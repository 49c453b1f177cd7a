"""A rule and what is known about one contact → its rounds, each with the instant its mail is due."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailer.config.models import Firm
from mailer.config.when import (
    ByColumn,
    ByRule,
    Every,
    Neglected,
    NewRows,
    Once,
    OnDate,
    Rule,
    Scheduled,
)
from mailer.model import Period
from mailer.when.calendar import days_of_every, days_of_rule
from mailer.when.dates import MONTH_FIRST, Dated
from mailer.when.hours import NEVER, closed_days, closes_at, next_open, on_the_wall
from mailer.when.later import duration, later_by, shifted

#: Closings are shorter than this: rounds further apart never move onto one another.
_MARGIN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Office:
    """What the firm's calendar says."""

    #: IANA zone.
    zone: str = "UTC"
    closed: Container[date] = NEVER
    #: Where a 29 February is kept in other years: "28 february" or "1 march".
    leap_day: str = "28 february"
    #: Whether 3/4 is March 4.
    month_first: bool = False
    language: str = "en"


def office(firm: Firm) -> Office:
    """The firm's calendar."""
    return Office(
        zone=firm.timezone,
        closed=closed_days(firm.country, firm.closed),
        leap_day=firm.leap_day,
        month_first=firm.country.upper() in MONTH_FIRST,
        language=firm.language,
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule asks about one contact."""

    #: The recipient's IANA zone.
    zone: str = "UTC"
    #: Days on which nobody there works.
    closed: Container[date] = NEVER
    #: The day of a `date:` or `column:` rule; None where the row has none.
    dated: Dated | None = None
    #: The last day somebody was in touch; None for never.
    heard_on: date | None = None
    #: The contact's `keep_in_touch`; None where nobody promised one.
    cadence: Period | None = None
    #: When the campaign, or for `new rows` this row, was first seen.
    seen_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    #: Tells people apart, so that each has a place of its own in the spread.
    who: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """One round of one contact."""

    #: "2026-11", "2026-Q4", "2026-W47", "2026-11-20", "birthday-2026".
    round: str
    #: What the rule says, before hours and spread, UTC: the round's own time, and its templates' `now`.
    at: datetime
    #: When the mail is due, UTC, inside the hours.
    due_at: datetime
    #: The recipient's IANA zone.
    zone: str


def dues(plan: Scheduled, facts: Facts, firm: Office, *, after: datetime, until: datetime) -> list[Due]:
    """The contact's rounds whose mail is due after `after` and no later than `until`, earliest first.

    Rounds that closed days move onto one local day are one round: the latest.
    """
    if plan.when is None:
        return []
    named = _named(plan.when, facts, firm, after - _MARGIN, until + _MARGIN)
    opened = [_opened(plan, facts, name, at) for name, at in named]
    kept = _one_a_day(opened, facts.zone) if plan.hours else opened
    spread = [replace(due, due_at=_spread(plan, facts, due.due_at)) for due in kept]
    return [due for due in spread if after < due.due_at <= until]


def _opened(plan: Scheduled, facts: Facts, name: str, at: datetime) -> Due:
    return Due(name, at, next_open(at, plan.hours, facts.zone, facts.closed), facts.zone)


def _one_a_day(opened: list[Due], zone: str) -> list[Due]:
    info = ZoneInfo(zone)
    days = [due.due_at.astimezone(info).date() for due in opened]
    kept = [due for due, (day, following) in zip(opened, pairwise(days), strict=False) if day < following]
    return kept + opened[-1:]


def _spread(plan: Scheduled, facts: Facts, opened: datetime) -> datetime:
    """Somewhere in the spread, and before the hours end: always the same place for the same person."""
    room = duration(plan.spread)
    if plan.hours:
        room = min(room, closes_at(opened, plan.hours, facts.zone) - opened)
    share = int.from_bytes(blake2b(facts.who.encode(), digest_size=4).digest(), "big") / 2**32
    return opened + timedelta(seconds=int(room.total_seconds() * share)) if room else opened


def _named(rule: Rule, facts: Facts, firm: Office, after: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
    """(name, instant) of a rule's rounds between two instants, in order; some a little outside."""
    match rule:
        case Once():
            yield f"{rule.at:%Y-%m-%d}", on_the_wall(rule.at.date(), rule.at.time(), _zone(rule.zone, facts, firm))
        case NewRows():
            at = later_by(facts.seen_at, rule.after, facts.zone, facts.closed) if rule.after else facts.seen_at
            yield f"{facts.seen_at.astimezone(ZoneInfo(firm.zone)):%Y-%m-%d}", at
        case Neglected():
            yield from _neglected(rule, facts, firm, until)
        case _:
            zone = _zone(rule.zone, facts, firm)
            first, last = (at.astimezone(ZoneInfo(zone)).date() for at in (after, until))
            for name, day, clock in _days(rule, facts, firm, first, last):
                yield name, on_the_wall(day, clock, zone)


def _zone(choice: str, facts: Facts, firm: Office) -> str:
    return {"firm": firm.zone, "recipient": facts.zone}.get(choice, choice)


def _days(
    rule: Every | ByRule | OnDate | ByColumn, facts: Facts, firm: Office, first: date, last: date
) -> Iterator[tuple[str, date, time]]:
    match rule:
        case Every():
            for name, day in days_of_every(rule, first, last, firm.closed):
                yield name, day, rule.at
        case ByRule():
            for day in days_of_rule(rule, first, last):
                yield f"{day}", day, rule.at
        case OnDate():
            for name, day in _occasions(rule, facts, firm, first, last):
                yield name, day, rule.at
        case ByColumn() if facts.dated and facts.dated.on:
            yield f"{facts.dated.on}", facts.dated.on, facts.dated.clock or rule.at


def _occasions(rule: OnDate, facts: Facts, firm: Office, first: date, last: date) -> Iterator[tuple[str, date]]:
    """A date's returns: from the year after its own on. The offset may lead into a neighbouring year."""
    if facts.dated is None:
        return
    for year in range(first.year - 1, last.year + 2):
        if facts.dated.year is None or year > facts.dated.year:
            day = facts.dated.in_year(year, firm.leap_day)
            yield f"{rule.date}-{year}", shifted(day, rule.offset, facts.closed) if rule.offset else day


def _neglected(rule: Neglected, facts: Facts, firm: Office, until: datetime) -> Iterator[tuple[str, datetime]]:
    """The date the cadence ran out (or the first sight, if later), and each whole cadence after it."""
    if facts.cadence is None or facts.cadence.count < 1:
        return
    zone = _zone(rule.zone, facts, firm)
    seen_on = facts.seen_at.astimezone(ZoneInfo(zone)).date()
    ran_out = shifted(facts.heard_on, facts.cadence) if facts.heard_on else seen_on
    first = max(ran_out, seen_on)
    for turn in range(10_000):
        day = shifted(first, replace(facts.cadence, count=facts.cadence.count * turn))
        at = max(on_the_wall(day, rule.at, zone), facts.seen_at)
        if at > until:
            return
        yield f"{day}", at
