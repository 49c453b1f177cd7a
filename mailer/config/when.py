"""The part of config.yaml that says when: `when:`, `hours:`, `at_most:`, `follow_up:` and what goes with them.

Each rule is one model; `mailer.when` turns them into due times and into plain English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from mailer.config.calendar import Closed, Day, Weekdays
from mailer.config.kinds import Clock, Days, DaysAhead, Span, ZoneChoice, listed
from mailer.config.parts import Model
from mailer.model import Period

_MORNING = time(9, 30)


def _of_our_time(day: date) -> date:
    """Refuse a slip of the keyboard here: at the ends of the calendar no hour can be told in another zone."""
    if not 1900 <= day.year < 3000:
        raise ValueError(f"the year {day.year} cannot be meant")
    return day


def _day_alone(value: Any) -> Any:
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return f"{value} {_MORNING:%H:%M}" if is_day else value


class Once(Model):
    """One date and time: `at: 2026-12-01 09:30`; a date alone means 09:30."""

    at: Annotated[datetime, BeforeValidator(_day_alone), AfterValidator(_of_our_time)] = Field(
        description="Date and time, `2026-12-01 09:30`."
    )
    zone: ZoneChoice = Field("firm", description="Whose clock: `firm`, `recipient`, or an IANA zone.")

    @model_validator(mode="after")
    def _as_on_the_wall(self) -> Once:
        if self.at.tzinfo is not None:
            raise ValueError("write `at` without an offset; `zone` says whose clock it is")
        return self


class Every(Model):
    """A recurrence in words: `every: month, on: first monday, at: "09:30"`."""

    every: Literal["day", "weekday", "week", "fortnight", "month", "quarter", "year"] = Field(
        description="How often: day, weekday, week, fortnight, month, quarter or year."
    )
    on: Day | None = Field(
        None,
        description=(
            "Which day of it: `monday`, `first monday`, `last working day`, `15`, `last day`, "
            "`24 december`, `first monday of october`. The first day where nothing is said."
        ),
    )
    at: Clock = Field(_MORNING, description="Time of day, `09:30`.")
    offset: Days | None = Field(None, description="Days before or after that day: `-3 days`, `1 day`.")
    starting: Annotated[date, AfterValidator(_of_our_time)] | None = Field(
        None, description="No round before this day; for a fortnight, also which of the two weeks."
    )
    zone: ZoneChoice = Field("firm", description="Whose clock: `firm`, `recipient`, or an IANA zone.")

    @model_validator(mode="after")
    def _fits(self) -> Every:
        if self.on is not None:
            self.on.check_within(self.every)
        return self


class ByRule(Model):
    """A recurrence as an RFC 5545 rule: `rrule: FREQ=MONTHLY;BYDAY=1MO`."""

    rrule: str = Field(description="A rule of RFC 5545, without DTSTART: `FREQ=MONTHLY;BYDAY=1MO`.")
    at: Clock = Field(_MORNING, description="Time of day, `09:30`.")
    starting: Annotated[date, AfterValidator(_of_our_time)] = Field(
        date(2024, 1, 1), description="The day the rule counts from (an INTERVAL, a COUNT)."
    )
    zone: ZoneChoice = Field("firm", description="Whose clock: `firm`, `recipient`, or an IANA zone.")

    @model_validator(mode="after")
    def _readable(self) -> ByRule:
        if "DTSTART" in self.rrule.upper():
            raise ValueError("write the rule without DTSTART; `starting` and `at` say where it begins")
        if re.search(r"FREQ\s*=\s*(SECONDLY|MINUTELY|HOURLY)|BY(HOUR|MINUTE|SECOND)", self.rrule, re.IGNORECASE):
            raise ValueError("a rule of whole days is needed; `at` says the time of day")
        if re.search(r"INTERVAL\s*=\s*(?![1-9])", self.rrule, re.IGNORECASE):
            raise ValueError("an INTERVAL is 1 or more; with 0 no day would ever follow the first")
        try:
            first = next(iter(rrulestr(self.rrule, dtstart=datetime.combine(self.starting, self.at))), None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"“{self.rrule}” is not a recurrence rule: {error}") from None
        if first is None:
            raise ValueError(f"“{self.rrule}”: there is no such day from {self.starting} on")
        return self


class OnDate(Model):
    """Every year on a date of the contact's: `date: birthday, offset: -3 days`."""

    date: str = Field(description="A column with dates: a birthday, with or without its year; a start date.")
    offset: Days | None = Field(None, description="Days before or after: `-3 days`.")
    at: Clock = Field(_MORNING, description="Time of day, `09:30`.")
    zone: ZoneChoice = Field("recipient", description="Whose clock: `firm`, `recipient`, or an IANA zone.")


def _yes(value: Any) -> bool:
    if value is True or (isinstance(value, str) and value in {"true", "yes"}):
        return True
    raise ValueError("write `when: neglected`; how long is too long, `keep_in_touch` says")


class Neglected(Model):
    """When a contact's `keep_in_touch` has run out: `when: neglected`."""

    neglected: Annotated[Literal[True], BeforeValidator(_yes)] = Field(
        description="`true`; or write `when: neglected`."
    )
    at: Clock = Field(_MORNING, description="Time of day, `09:30`.")
    zone: ZoneChoice = Field("recipient", description="Whose clock: `firm`, `recipient`, or an IANA zone.")


class ByColumn(Model):
    """A date, or a date and time, in each row: `column: send_at`."""

    column: str = Field(description="A column with the date, or date and time, of each mail.")
    at: Clock = Field(_MORNING, description="Time of day, `09:30`.")
    zone: ZoneChoice = Field("firm", description="Whose clock: `firm`, `recipient`, or an IANA zone.")


class NewRows(Model):
    """When a row appears that was not there before: `when: new rows`."""

    new: Literal["rows"] = Field(description="`rows`; or write `when: new rows`.")
    after: Span | None = Field(None, description="How long after it was first seen: `2 days`.")


_KINDS: Mapping[str, str] = {
    "every": "Every",
    "rrule": "ByRule",
    "date": "OnDate",
    "neglected": "Neglected",
    "column": "ByColumn",
    "new": "NewRows",
}


def _written(value: Any) -> Any:
    """Read the two rules that may be written as plain words."""
    match value:
        case str() if " ".join(value.split()).casefold() in {"new rows", "new"}:
            return {"new": "rows"}
        case str() if value.strip().casefold() == "neglected":
            return {"neglected": True}
        case str():
            raise ValueError(
                f"“{value}” is not a rule; write `new rows`, `neglected`, or a mapping with "
                "at, every, rrule, date or column"
            )
        case Mapping():
            return _only_one(value)
    return value


def _only_one(value: Mapping[str, Any]) -> Mapping[str, Any]:
    named = [key for key in _KINDS if key in value]
    if len(named) > 1:
        raise ValueError(f"{named[0]} and {named[1]} are two rules; a campaign has one")
    if not named and "at" not in value:
        raise ValueError("say when with one of at, every, rrule, date, neglected, column or new")
    return value


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return next((kind for key, kind in _KINDS.items() if key in value), "Once")
    return type(value).__name__


#: Any rule.
Rule = Once | Every | ByRule | OnDate | Neglected | ByColumn | NewRows

#: `when:` as config.yaml may write it.
When = Annotated[
    Annotated[Once, Tag("Once")]
    | Annotated[Every, Tag("Every")]
    | Annotated[ByRule, Tag("ByRule")]
    | Annotated[OnDate, Tag("OnDate")]
    | Annotated[Neglected, Tag("Neglected")]
    | Annotated[ByColumn, Tag("ByColumn")]
    | Annotated[NewRows, Tag("NewRows")],
    Discriminator(_kind),
    BeforeValidator(_written),
]


class Hours(Model):
    """When mail may leave, in the recipient's zone: `{days: mon-fri, from: "09:00", to: "17:00"}`."""

    days: Weekdays = Field(
        frozenset(range(5)),
        validate_default=True,
        description="`mon-fri`, or a list such as `mon,wed,fri`.",
        json_schema_extra={"default": "mon-fri"},
    )
    from_: Clock = Field(time(9), alias="from", description="From then on.")
    to: Clock = Field(time(17), description="No later than this.")
    holidays: Literal["skip", "send"] = Field(
        "skip", description="Whether public holidays and the firm's closed days count as closed."
    )

    @model_validator(mode="after")
    def _forward(self) -> Hours:
        if self.from_ >= self.to:
            raise ValueError(f"hours must end after they begin; {self.from_:%H:%M} to {self.to:%H:%M} does not")
        return self


class AtMost(Model):
    """How many mails one contact may get from all campaigns; follow-ups do not count: `1 per 30 days`."""

    count: int = Field(ge=1, description="How many.")
    per: DaysAhead = Field(description="In how long: `30 days`.")
    otherwise: Literal["wait", "skip"] = Field(
        "wait", description="What becomes of the one that is too many: it waits, or is skipped."
    )


_AT_MOST = re.compile(r"\s*(?P<count>\d+)\s+(per|in|every)\s+(?P<per>.+?)(,?\s+(or|else)\s+(?P<otherwise>\w+))?\s*")


def _at_most(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _AT_MOST.fullmatch(value)
    if not match:
        raise ValueError(f"“{value}” is not a limit; write `1 per 30 days`, or `1 per 30 days, else skip`")
    return {key: found for key, found in match.groupdict().items() if found}


class FollowUp(Model):
    """A later mail in the same thread, only while nobody has answered."""

    after: Span = Field(description="How long after the mail before it: `10 working days`.")
    template: str = Field(description="A template's name.")
    review: Literal["each", "sample", "none"] | None = Field(
        None, description="How much a person must look at; as the campaign where nothing is said."
    )


class Scheduled(Model):
    """The keys of a campaign that say when."""

    when: When | None = Field(None, description="The rule; without one the campaign is sent by hand.")
    prepare: Span = Field(Period(3, "day"), description="How long before the due time the drafts are made, for review.")
    hours: Hours | None = Field(None, description="When mail may leave, in the recipient's zone.")
    spread: Span = Field(Period(0, "minute"), description="Over how long the mails leave: `2 hours`; not all at once.")
    late: Literal["ask", "skip", "send"] = Field(
        "ask",
        description="What becomes of a mail whose time passed while nothing ran: ask, skip it, or send it.",
    )
    grace: Span = Field(Period(2, "hour"), description="How late a mail may be and still go by itself.")
    at_most: Annotated[AtMost, BeforeValidator(_at_most)] | None = Field(
        None, description="How many mails one contact may get, across all campaigns: `1 per 30 days`."
    )
    at_a_time: int = Field(10, ge=1, description="How many drafts a `neglected` campaign keeps waiting for review.")
    follow_up: tuple[FollowUp, ...] = Field((), description="Later mails to who has not answered.")
    notify: str = Field("", description="An address that is told, once a day at most, what waits for review.")


class Calendar(Model):
    """The keys of the firm that say which days are not working days."""

    closed: Annotated[tuple[Closed, ...], BeforeValidator(listed)] = Field(
        (),
        description="Days the firm is closed beside public holidays: `2026-12-24`, `24 december`, "
        "`2026-12-24 to 2027-01-02`.",
    )
    leap_day: Literal["28 february", "1 march"] = Field(
        "28 february", description="When a 29 February is kept in other years."
    )
