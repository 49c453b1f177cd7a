"""Schedule: a month as a calendar. What left, what goes out on which day, and whose day it is."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, abort, render_template, request

from mailer.desk.desk import Desk
from mailer.ledger import overview
from mailer.scheduling.occasions import Ahead
from mailer.scheduling.outlook import Line, Outlook
from mailer.when import describe_plan, office

#: How many days ahead anybody may look.
AHEAD = 400
#: More names than this on one day are counted.
NAMED = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One campaign on one day."""

    campaign: str
    step: int
    names: tuple[str, ...]
    count: int
    #: "sent", "to review", "waiting" or "not written yet".
    state: str

    @property
    def whom(self) -> str:
        """Their names, where they are few."""
        return ", ".join(self.names) if self.count <= NAMED else f"{self.count:,} emails"


@dataclass(slots=True)
class Day:
    """One square of the calendar."""

    on: date
    #: Whether the firm is closed.
    is_closed: bool
    entries: list[Entry] = field(default_factory=list)
    #: Whose birthday or anniversary it is.
    occasions: list[Ahead] = field(default_factory=list)

    def has(self, occasion: Ahead) -> bool:
        """Whether the mail for it stands here under their name."""
        name = occasion.contact.name or occasion.contact.address
        return any(each.campaign == occasion.campaign and name in each.names for each in self.entries)


@dataclass(frozen=True, slots=True)
class Month:
    """The days of one month."""

    first: date

    @property
    def after(self) -> date:
        """The first of the next one."""
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def before(self) -> date:
        """The first of the one before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def dates(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=at) for at in range((self.after - self.first).days)]

    def weeks(self, days: dict[date, Day]) -> list[list[Day | None]]:
        """Its days in rows from Monday to Sunday; None for a day of another month."""
        rows = Calendar().monthdatescalendar(self.first.year, self.first.month)
        return [[days.get(on) for on in row] for row in rows]


def add_pages(app: Flask, desk: Desk) -> None:
    """The calendar."""

    @app.get("/schedule")
    def schedule() -> str:
        workspace = desk.workspace
        today, zone = workspace.today, workspace.config.firm.timezone
        month = _asked(request.args.get("month", ""), today)
        counted = desk.counting.outlook(max(0, (month.after - today).days)) if month.after > today else None
        outlook = counted.value if counted else None
        days = _days(desk, month, outlook)
        plan = outlook.plan if outlook and month.first <= today else {}
        return render_template(
            "schedule.html",
            month=month,
            weeks=month.weeks(days),
            today=today,
            last=today + timedelta(days=AHEAD),
            outlook=outlook,
            lines=[line for line in outlook.lines if any(on in days for on in line.days)] if outlook else [],
            is_counting=counted is None and month.after > today,
            is_old=counted is not None and counted.is_old,
            plan={name: describe_plan(times, now=workspace.now, zone=zone) for name, times in plan.items()},
            is_empty=not any(day.entries or day.occasions for day in days.values()),
        )


def _asked(text: str, today: date) -> Month:
    """The month "2026-12"; this one if nothing is asked for."""
    try:
        first = date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError:
        abort(404)
    if not date(2000, 1, 1) <= first <= today + timedelta(days=AHEAD):
        abort(404, "Nobody looks that far.")
    return Month(first)


def _days(desk: Desk, month: Month, outlook: Outlook | None) -> dict[date, Day]:
    closed = office(desk.workspace.config.firm).closed
    days = {on: Day(on, on in closed) for on in month.dates}
    for on, left in _left(desk, month):
        days[on].entries.append(left)
    for line in outlook.lines if outlook else ():
        for on, names in line.days.items():
            if on in days:
                days[on].entries.append(_coming(line, names))
    known = desk.counting.occasions(month.dates[0], month.dates[-1])
    for each in known.value if known else ():
        if each.on and not days[each.on].has(each):
            days[each.on].occasions.append(each)
    return days


def _left(desk: Desk, month: Month) -> Iterator[tuple[date, Entry]]:
    """What was sent on each day."""
    zone = ZoneInfo(desk.workspace.config.firm.timezone)
    midnights = [datetime.combine(on, time(), zone) for on in (*month.dates, month.after)]
    for ledger in desk.workspace.ledgers():
        with ledger.read() as tx:
            found = overview.gone(tx, midnights)
        for each in found:
            names = (each.name,) if each.count == 1 else ()
            entry = Entry(each.campaign, each.step, names or (f"{each.count} emails",), each.count, "sent")
            yield month.dates[each.day], entry


def _coming(line: Line, names: list[str]) -> Entry:
    state = "to review" if line.waiting else "waiting" if line.queued and not line.coming else "not written yet"
    return Entry(line.campaign, line.step, tuple(names[:NAMED]), len(names), "paused" if line.paused else state)
