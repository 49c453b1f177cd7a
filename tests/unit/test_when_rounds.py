"""A rule to its rounds: which day each is, and whose day."""

from datetime import date, time

import pytest

from mailer import when
from mailer.model import Period
from tests.moments import OFFICE_HOURS, at, rounds


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"at": "2026-12-18 10:00"}, [("2026-12-18", "2026-12-18 10:00")]),
        (
            {"every": "quarter", "on": "first monday"},
            [
                ("2026-Q1", "2026-01-05 09:30"),
                ("2026-Q2", "2026-04-06 09:30"),
                ("2026-Q3", "2026-07-06 09:30"),
                ("2026-Q4", "2026-10-05 09:30"),
            ],
        ),
        ({"every": "year", "on": "24 december", "at": "08:00"}, [("2026", "2026-12-24 08:00")]),
        ({"every": "year", "on": "first monday of october", "offset": "1 day"}, [("2026", "2026-10-06 09:30")]),
        ({"every": "year", "on": "last friday"}, [("2026", "2026-12-25 09:30")]),
        (
            {"rrule": "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU"},
            [("2026-03-10", "2026-03-10 09:30"), ("2026-09-08", "2026-09-08 09:30")],
        ),
    ],
)
def test_a_year_of_rounds(rule, expected):
    assert rounds(rule) == expected


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"every": "month", "on": "31"}, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ({"every": "month", "on": "last day"}, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ({"every": "month", "on": "last working day"}, ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30"]),
        ({"every": "month", "on": "second tuesday"}, ["2026-01-13", "2026-02-10", "2026-03-10", "2026-04-14"]),
        ({"every": "month"}, ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]),
        (
            {"every": "month", "on": "1", "offset": "-3 working days"},
            ["2026-01-28", "2026-02-25", "2026-03-27", "2026-04-28"],
        ),
    ],
)
def test_months_have_the_day_they_are_asked_for(rule, days):
    assert [due[:10] for _, due in rounds(rule, last="2026-04-30")] == days


def test_weeks_fortnights_and_weekdays():
    assert [name for name, _ in rounds({"every": "week", "on": "friday"}, "2026-11-01", "2026-11-20")] == [
        "2026-W45",
        "2026-W46",
        "2026-W47",
    ]
    fortnight = {"every": "fortnight", "on": "wednesday", "starting": "2026-11-09"}
    assert [due[:10] for _, due in rounds(fortnight, "2026-10-01", "2026-12-10")] == [
        "2026-11-11",
        "2026-11-25",
        "2026-12-09",
    ]
    weekdays = rounds({"every": "weekday"}, "2026-09-29", "2026-10-06")
    assert [due[8:10] for _, due in weekdays] == ["29", "30", "02", "05", "06"]  # 1 October is a holiday in Nigeria


BIRTHDAY = {"date": "birthday", "at": "09:00"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (when.Dated(29, 3), ["2026-03-29", "2027-03-29", "2028-03-29"]),
        (when.Dated(29, 3, 2026), ["2027-03-29", "2028-03-29"]),
        (when.Dated(29, 2, 1988), ["2026-02-28", "2027-02-28", "2028-02-29"]),
        (None, []),
    ],
)
def test_a_birthday_comes_every_year(cell, expected):
    facts = when.Facts(zone="Africa/Lagos", dated=cell)
    assert [due[:10] for _, due in rounds(BIRTHDAY, last="2028-12-31", facts=facts)] == expected


def test_a_leap_day_is_kept_on_the_first_of_march_where_the_firm_says_so():
    firm = when.Office(zone="Africa/Lagos", leap_day="1 march")
    facts = when.Facts(zone="Africa/Lagos", dated=when.Dated(29, 2))
    assert rounds(BIRTHDAY, facts=facts, firm=firm) == [("birthday-2026", "2026-03-01 09:00")]


def test_an_occasion_of_january_can_be_due_in_december():
    facts = when.Facts(zone="Africa/Lagos", dated=when.Dated(2, 1))
    assert rounds({**BIRTHDAY, "offset": "-3 days"}, facts=facts)[-1] == ("birthday-2027", "2026-12-30 09:00")


def test_an_occasion_is_kept_on_the_recipients_day():
    facts = when.Facts(zone="Pacific/Auckland", dated=when.Dated(4, 7))
    assert rounds(BIRTHDAY, facts=facts) == [("birthday-2026", "2026-07-04 09:00")]


def test_a_row_can_hold_its_own_date_and_time():
    facts = when.Facts(zone="Africa/Lagos", dated=when.Dated(5, 12, 2026, time(14, 15)))
    assert rounds({"column": "send_at"}, facts=facts) == [("2026-12-05", "2026-12-05 14:15")]
    facts = when.Facts(zone="Africa/Lagos", dated=when.Dated(5, 12, 2026))
    assert rounds({"column": "send_at"}, facts=facts) == [("2026-12-05", "2026-12-05 09:30")]


def test_a_cadence_runs_out_and_then_again_after_another_whole_one():
    facts = when.Facts(
        zone="Africa/Lagos", heard_on=date(2026, 1, 10), cadence=Period(90, "day"), seen_at=at("2026-01-01T12:00Z")
    )
    assert [name for name, _ in rounds("neglected", facts=facts)] == ["2026-04-10", "2026-07-09", "2026-10-07"]


def test_who_was_neglected_before_the_campaign_existed_is_due_at_its_first_sight():
    facts = when.Facts(
        zone="Africa/Lagos", heard_on=None, cadence=Period(300, "day"), seen_at=at("2026-03-02T15:00+01:00")
    )
    assert rounds("neglected", facts=facts) == [("2026-03-02", "2026-03-02 15:00"), ("2026-12-27", "2026-12-27 09:30")]


def test_a_new_row_is_due_when_it_was_seen():
    facts = when.Facts(zone="Africa/Lagos", seen_at=at("2026-11-20T22:15+01:00"))
    assert rounds("new rows", facts=facts) == [("2026-11-20", "2026-11-20 22:15")]
    assert rounds({"new": "rows", "after": "2 days"}, facts=facts, hours=OFFICE_HOURS) == [
        ("2026-11-20", "2026-11-23 09:00")
    ]
