"""When somebody last heard from us or we from them, and what our promise to keep in touch makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailer.model import LONGEST_PERIOD, Contact, Field, Period
from mailer.when import shifted

#: A promise that runs out within so many days is due.
SOON = 14


class State(StrEnum):
    """How we stand with somebody."""

    NEVER = "never"  #: promised, and never in touch
    OVERDUE = "overdue"  #: the promise has run out
    DUE = "due"  #: it runs out soon
    FINE = "fine"  #: within the promise, or nothing was promised
    RESTING = "resting"  #: they asked us not to, or are on hold


@dataclass(frozen=True, slots=True)
class Clock:
    """The last time each way; None for never."""

    #: A mail of ours that left, from any campaign.
    written_at: datetime | None = None
    replied_at: datetime | None = None
    #: A call, a visit, a letter: logged by hand.
    heard_at: datetime | None = None
    #: The sheet's `last_contact`.
    told_on: date | None = None

    def last_on(self, zone: str) -> date | None:
        """The last day somebody was in touch, by the firm's calendar; the latest counts."""
        instants = (self.written_at, self.replied_at, self.heard_at)
        days = [at.astimezone(ZoneInfo(zone)).date() for at in instants if at]
        return max([*days, *filter(None, [self.told_on])], default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """How we stand with one person today."""

    state: State
    #: The last day somebody was in touch; None for never.
    last_on: date | None = None
    cadence: Period | None = None
    #: The day the promise ran out, or will; None where there is none to run out.
    runs_out_on: date | None = None
    #: Of what is overdue: for how long; of what is due: how long is left.
    days: int = 0
    #: Why they rest.
    why: str = ""

    @property
    def is_neglected(self) -> bool:
        """Whether the promise is broken."""
        return self.state in {State.NEVER, State.OVERDUE}

    @property
    def is_due(self) -> bool:
        """Whether the promise runs out within days."""
        return self.state is State.DUE

    @property
    def is_promised(self) -> bool:
        """Whether they count when we ask how well we keep in touch."""
        return self.cadence is not None and self.state is not State.RESTING

    @property
    def badness(self) -> tuple[int, int]:
        """What sorts the worst first."""
        order = {State.NEVER: 0, State.OVERDUE: 1, State.DUE: 2, State.FINE: 3, State.RESTING: 4}
        return order[self.state], -self.days if self.state is State.OVERDUE else self.days

    def __str__(self) -> str:
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        match self.state:
            case State.NEVER:
                return "never"
            case State.OVERDUE:
                return f"overdue by {days}"
            case State.DUE:
                return f"due in {days}" if self.days else "due today"
            case State.RESTING:
                return f"resting: {self.why}"
        return f"fine until {self.runs_out_on.day} {self.runs_out_on:%B %Y}" if self.runs_out_on else "fine"


def standing_of(
    last_on: date | None, cadence: Period | None, *, today: date, resting: str = "", soon: int = SOON
) -> Standing:
    """How we stand with somebody last heard of on that day; `resting` is why they must not be written to."""
    if resting:
        return Standing(State.RESTING, last_on, cadence, why=resting)
    if cadence is None:
        return Standing(State.FINE, last_on)
    if last_on is None:
        return Standing(State.NEVER, None, cadence)
    runs_out_on = shifted(last_on, cadence)
    left = (runs_out_on - today).days
    if left < 0:
        return Standing(State.OVERDUE, last_on, cadence, runs_out_on, -left)
    state = State.DUE if left <= soon else State.FINE
    return Standing(state, last_on, cadence, runs_out_on, left)


def resting_of(contact: Contact, silent: Mapping[str, str]) -> str:
    """Why somebody is left in peace: `silent` has the addresses no mail goes to, each with its reason; "" if not."""
    if contact.address in silent:
        return silent[contact.address]
    return "on hold in the sheet" if contact.fields.get("on_hold") else ""


def cadence_of(contact: Contact, promised: Period | None) -> Period | None:
    """The row's own `keep_in_touch` ("60 days", or a number of days), else what is promised to all like it.

    A cell that cannot be meant, such as a telephone number, is as good as none.
    """
    told = contact.fields.get("keep_in_touch", Field(""))
    if isinstance(told.value, int | float) and not isinstance(told.value, bool):
        return Period(int(told.value), "day") if 1 <= told.value <= LONGEST_PERIOD else promised
    try:
        own = Period.parse(told.shown)
    except ValueError:
        return promised
    return own if own.count >= 1 else promised


def told_on(contact: Contact) -> date | None:
    """The sheet's `last_contact`, where it holds a date."""
    told = contact.fields.get("last_contact", Field("")).value
    if isinstance(told, datetime):
        return told.date()
    return told if isinstance(told, date) else None
