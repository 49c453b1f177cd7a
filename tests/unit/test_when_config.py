"""`when:` and what goes with it, as config.yaml may write it."""

from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from mailer.config.calendar import ClosedDays, DayRule, weekdays, weekdays_text
from mailer.config.models import Campaign, Firm
from mailer.config.when import AtMost, ByColumn, Every, NewRows, Once, OnDate
from mailer.model import Period


def campaign(**keys) -> Campaign:
    return Campaign.model_validate({"contacts": "clients", "template": "t", "from": "office", **keys})


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"at": "2026-12-01 09:30"}, "Once"),
        ({"every": "month", "on": "first monday", "at": "09:30"}, "Every"),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1MO"}, "ByRule"),
        ({"date": "birthday", "offset": "-3 days"}, "OnDate"),
        ("neglected", "Neglected"),
        ({"neglected": "true"}, "Neglected"),
        ({"column": "send_at"}, "ByColumn"),
        ("new rows", "NewRows"),
        ({"new": "rows", "after": "2 days"}, "NewRows"),
    ],
)
def test_each_kind_of_rule_is_known_by_its_key(written, kind):
    assert type(campaign(when=written).when).__name__ == kind


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"every": "month", "date": "birthday"}, "every and date are two rules"),
        ({"evry": "month"}, "say when with one of"),
        ("sometimes", "“sometimes” is not a rule"),
        ({"every": "week", "on": "15"}, "a week has no day 15"),
        ({"every": "month", "on": "24 december"}, "goes with `every: year`"),
        ({"every": "year", "on": "31 february"}, "“31 february”: February has no such day"),
        ({"every": "month", "on": "second tuesdy"}, "“second tuesdy” is not a day"),
        ({"every": "month", "at": "25:00"}, "“25:00” is not a time of day"),
        ({"every": "month", "zone": "Lagos"}, "“Lagos” is not a time zone; did you mean `Africa/Lagos`?"),
        ({"rrule": "FREQ=SOMETIMES"}, "is not a recurrence rule"),
        ({"rrule": "FREQ=HOURLY"}, "a rule of whole days is needed"),
        ({"rrule": "FREQ=DAILY;INTERVAL=0"}, "an INTERVAL is 1 or more"),
        ({"rrule": "DTSTART:20260101T000000"}, "without DTSTART"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "there is no such day"),
        ({"rrule": "FREQ=MONTHLY;UNTIL=20231231"}, "there is no such day"),
        ({"rrule": "FREQ=DAILY", "starting": "0202-01-01"}, "the year 202 cannot be meant"),
        ({"every": "fortnight", "starting": "9999-12-31"}, "the year 9999 cannot be meant"),
        ({"at": "0001-01-01"}, "the year 1 cannot be meant"),
        ({"at": "9999-12-31 23:59"}, "the year 9999 cannot be meant"),
        ({"at": "2026-12-01T09:30+01:00"}, "without an offset"),
        ({"date": "birthday", "offset": "3 hours"}, "not whole days"),
        ({"neglected": "false"}, "write `when: neglected`"),
    ],
)
def test_a_rule_that_cannot_be_is_told_in_one_sentence(written, said):
    with pytest.raises(ValidationError, match="1 validation error") as caught:
        campaign(when=written)
    assert said in str(caught.value)


def test_a_date_alone_means_in_the_morning():
    assert campaign(when={"at": "2026-12-01"}).when == Once(at=datetime(2026, 12, 1, 9, 30))


def test_what_is_not_said_has_a_careful_default():
    plain = campaign()
    assert (plain.when, plain.late, str(plain.grace), str(plain.prepare)) == (None, "ask", "2 hours", "3 days")


def test_hours_are_days_and_two_times():
    hours = campaign(hours={"days": "mon,wed", "from": "8:00", "to": "12:00"}).hours
    assert (hours.days, hours.from_, hours.to, hours.holidays) == ({0, 2}, time(8), time(12), "skip")


def test_hours_that_end_before_they_begin_are_refused():
    with pytest.raises(ValidationError, match="17:00 to 09:00 does not"):
        campaign(hours={"from": "17:00", "to": "09:00"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 per 30 days", AtMost(count=1, per=Period(30, "day"))),
        ("2 per month, else skip", None),
        ("2 per 1 month, else skip", AtMost(count=2, per=Period(1, "month"), otherwise="skip")),
        ("rarely", None),
        ("1 per -30 days", None),
    ],
)
def test_a_limit_is_written_as_a_phrase(written, meant):
    if meant is None:
        with pytest.raises(ValidationError):
            campaign(at_most=written)
    else:
        assert campaign(at_most=written).at_most == meant


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", {0, 1, 2, 3, 4}), ("sat-mon", {5, 6, 0}), ("Monday, thu", {0, 3}), ("every day", set(range(7)))],
)
def test_days_of_the_week_are_lists_and_ranges(text, days):
    assert weekdays(text) == days
    assert weekdays(weekdays_text(days)) == days


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("monday", DayRule("monday", "weekday", 1, 0)),
        ("first Mon", DayRule("first Mon", "weekday", 1, 0)),
        ("last working day", DayRule("last working day", "working day", -1)),
        ("15", DayRule("15", "day", 15)),
        ("last day", DayRule("last day", "day", -1)),
        ("24 December", DayRule("24 December", "day", 24, 0, 12)),
        ("first monday of october", DayRule("first monday of october", "weekday", 1, 0, 10)),
    ],
)
def test_a_day_is_written_as_people_say_it(text, meant):
    assert DayRule.parse(text) == meant


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("2026-12-24", date(2026, 12, 24), date(2027, 12, 24)),
        ("24 december", date(2031, 12, 24), date(2031, 12, 25)),
        ("24 december to 2 january", date(2030, 1, 1), date(2030, 1, 3)),
        ("2026-12-24 to 2027-01-02", date(2027, 1, 2), date(2026, 12, 23)),
        ("29 february", date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_closed_days_are_days_and_stretches(text, inside, outside):
    closed = ClosedDays.parse(text)
    assert inside in closed
    assert outside not in closed


@pytest.mark.parametrize("text", ["31 february", "soon", "2026-12-24 to 2 january", "2026-12-24 to 2026-12-01"])
def test_closed_days_that_cannot_be_are_refused(text):
    with pytest.raises(ValidationError):
        Firm.model_validate({"name": "Harbour", "closed": text})


def test_what_was_read_can_be_written_again():
    written = {"every": "month", "on": "first monday", "at": "09:30", "offset": "1 day"}
    rule = campaign(when=written, hours={"days": "mon-fri"})
    again = Campaign.model_validate(rule.model_dump(by_alias=True))
    assert again == rule
    assert isinstance(again.when, Every)


def test_kinds_keep_their_own_words():
    assert (OnDate(date="birthday").zone, ByColumn(column="send_at").zone) == ("recipient", "firm")
    assert NewRows(new="rows").after is None
