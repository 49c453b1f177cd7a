"""Due times lie in the recipient's hours, on an open day, once where clocks change."""

import pytest

from mailer import when
from mailer.config import Firm, Hours
from mailer.model import Contact
from tests.factories import contact
from tests.moments import LAGOS, OFFICE_HOURS, at, local, plan, rounds


@pytest.mark.parametrize(
    ("moment", "zone", "opens"),
    [
        ("2026-11-24T09:30+00:00", "Europe/London", "2026-11-24 09:30"),  # inside
        ("2026-11-24T08:30+00:00", "America/Los_Angeles", "2026-11-24 09:00"),  # half past midnight there
        ("2026-11-24T17:00+00:00", "Europe/London", "2026-11-25 09:00"),  # the end is no longer inside
        ("2026-11-27T18:00+00:00", "Europe/London", "2026-11-30 09:00"),  # Friday evening
        ("2026-11-28T12:00+00:00", "Europe/London", "2026-11-30 09:00"),  # Saturday
    ],
)
def test_hours_move_a_due_time_forward_into_the_window(moment, zone, opens):
    hours = Hours.model_validate(OFFICE_HOURS)
    assert local(when.next_open(at(moment), hours, zone), zone) == opens


def test_public_holidays_and_the_firms_own_closed_days_are_skipped():
    hours = Hours.model_validate(OFFICE_HOURS)
    closed = when.closed_days("GB", Firm.model_validate({"name": "x", "closed": "29 december to 31 december"}).closed)
    opens = when.next_open(at("2026-12-24T18:00+00:00"), hours, "Europe/London", closed)
    assert local(opens, "Europe/London") == "2027-01-04 09:00"
    sends_then = Hours.model_validate({**OFFICE_HOURS, "holidays": "send"})
    opens = when.next_open(at("2026-12-24T18:00+00:00"), sends_then, "Europe/London", closed)
    assert local(opens, "Europe/London") == "2026-12-25 09:00"


def test_a_firm_that_never_opens_loses_no_mail():
    hours = Hours.model_validate(OFFICE_HOURS)
    always = when.closed_days("", Firm.model_validate({"name": "x", "closed": "1 january to 31 december"}).closed)
    assert when.next_open(at("2026-12-26T18:00+00:00"), hours, "UTC", always) == at("2026-12-28T09:00+00:00")


def test_days_that_closed_days_move_together_make_one_mail():
    found = rounds({"every": "day"}, "2026-11-19", "2026-11-24", hours=OFFICE_HOURS)
    assert [due for _, due in found] == [
        "2026-11-19 09:30",
        "2026-11-20 09:30",
        "2026-11-23 09:30",
        "2026-11-24 09:30",
    ]


def test_mails_leave_over_the_spread_and_never_after_the_hours():
    hours = {**OFFICE_HOURS, "to": "10:00"}
    whole = plan(when={"at": "2026-11-24 09:30"}, hours=hours, spread="2 hours")
    found = {
        when.dues(whole, when.Facts(zone="Africa/Lagos", who=f"{who}"), LAGOS, after=at("2026-11-01T00:00Z"),
                  until=at("2026-12-01T00:00Z"))[0].due_at
        for who in range(50)
    }  # fmt: skip
    assert len(found) > 40
    assert at("2026-11-24T09:30+01:00") <= min(found) < max(found) < at("2026-11-24T10:00+01:00")


@pytest.mark.parametrize(
    ("who", "zone"),
    [
        (contact(timezone="Asia/Tokyo", country="NG"), "Asia/Tokyo"),
        (contact(timezone="Tokyo time", country="NG"), "Africa/Lagos"),
        (contact(country="DE"), "Europe/Berlin"),  # two names, one clock
        (contact(country="US"), "Europe/Paris"),  # many clocks: the firm's
        (contact(country="nowhere"), "Europe/Paris"),
        (contact(), "Europe/Paris"),
    ],
)
def test_a_contacts_zone_is_its_own_else_its_countrys_only_one_else_the_firms(who: Contact, zone):
    assert when.zone_of(who, Firm(name="Harbour", timezone="Europe/Paris")) == zone


def test_a_time_that_daylight_saving_skips_is_sent_once_after_the_gap():
    rule = {"every": "day", "at": "02:30", "zone": "Europe/Paris"}
    facts = when.Facts(zone="Europe/Paris")
    found = rounds(rule, "2026-03-28", "2026-03-30", facts=facts)
    assert [due for _, due in found] == ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]


def test_a_time_that_comes_twice_is_sent_once_the_first_time():
    rule = {"every": "day", "at": "02:30", "zone": "Europe/Paris"}
    found = when.dues(
        plan(when=rule), when.Facts(), LAGOS, after=at("2026-10-24T20:00Z"), until=at("2026-10-25T20:00Z")
    )
    assert [due.due_at for due in found] == [at("2026-10-25T02:30+02:00")]


def test_hours_that_lie_inside_the_gap_open_on_the_next_day():
    hours = Hours.model_validate({"days": "every day", "from": "02:00", "to": "02:45"})
    opens = when.next_open(at("2026-03-28T12:00Z"), hours, "Europe/Paris")
    assert local(opens, "Europe/Paris") == "2026-03-30 02:00"
