"""What is late, what follows, and how mails lie over pace, quota and hours."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import when
from mailer.config import Hours
from mailer.config.when import FollowUp
from mailer.model import Period
from tests.moments import OFFICE_HOURS, ZONES, at, local, plan


@pytest.mark.parametrize(
    ("late", "after", "expected"),
    [
        ("ask", timedelta(hours=-1), "wait"),
        ("ask", timedelta(0), "go"),
        ("ask", timedelta(hours=2), "go"),
        ("ask", timedelta(hours=2, seconds=1), "ask"),
        ("skip", timedelta(hours=3), "skip"),
        ("send", timedelta(days=3), "go"),
    ],
)
def test_a_stale_mail_never_goes_by_itself(late, after, expected):
    due_at = at("2026-11-24T09:30Z")
    assert when.fate(plan(late=late), due_at, now=due_at + after) == expected


def test_a_follow_up_counts_working_days_and_keeps_the_hour():
    step = FollowUp.model_validate({"after": "10 working days", "template": "again"})
    closed = when.closed_days("GB")
    due_at = when.follow_up_at(step, at("2026-12-18T10:12Z"), plan(hours=OFFICE_HOURS), "Europe/London", closed)
    assert local(due_at, "Europe/London") == "2027-01-06 10:12"


@pytest.mark.parametrize(
    ("span", "expected"),
    [("1 month", "2026-02-28"), ("-1 year", "2025-01-31"), ("2 weeks", "2026-02-14"), ("1 working day", "2026-02-02")],
)
def test_spans_are_calendar_time(span, expected):
    assert when.shifted(date(2026, 1, 31), Period.parse(span)) == date.fromisoformat(expected)


MORNING = at("2026-11-24T09:00Z")


def test_the_plan_lays_mails_over_pace_and_quota():
    wishes = [when.Wish(number, MORNING) for number in range(300)]
    laid = list(when.laid(wishes, now=MORNING, per_minute=2, per_day=212))
    assert [number for number, _ in laid] == list(range(300))
    assert laid[211][1] == MORNING + timedelta(minutes=105, seconds=30)
    assert laid[212][1] == MORNING + timedelta(days=1)
    assert laid[213][1] == MORNING + timedelta(days=1, seconds=30)


def test_the_plan_counts_what_was_sent_in_the_last_day():
    before = [MORNING - timedelta(hours=5), MORNING - timedelta(hours=23)]
    laid = dict(
        when.laid([when.Wish(1, MORNING), when.Wish(2, MORNING)], now=MORNING, per_minute=60, per_day=2, sent_at=before)
    )
    assert laid == {1: MORNING + timedelta(hours=1), 2: MORNING + timedelta(hours=19)}


def test_one_who_sleeps_does_not_hold_up_the_others():
    hours = Hours.model_validate(OFFICE_HOURS)
    wishes = [when.Wish(1, MORNING, hours, "America/Los_Angeles"), when.Wish(2, MORNING, hours, "Europe/London")]
    laid = dict(when.laid(wishes, now=MORNING, per_minute=1, per_day=100))
    assert laid == {1: at("2026-11-24T09:00-08:00"), 2: MORNING}


@given(
    st.lists(st.tuples(st.integers(0, 72), st.sampled_from(ZONES), st.booleans()), max_size=40),
    st.integers(1, 5),
    st.integers(1, 20),
)
def test_the_plan_keeps_pace_quota_and_hours(asked, per_minute, per_day):
    hours = Hours.model_validate(OFFICE_HOURS)
    wishes = {
        number: when.Wish(number, MORNING + timedelta(hours=late), hours if human else None, zone)
        for number, (late, zone, human) in enumerate(asked)
    }
    laid = list(when.laid(wishes.values(), now=MORNING, per_minute=per_minute, per_day=per_day))
    times = [time for _, time in laid]
    assert sorted(number for number, _ in laid) == sorted(wishes)
    assert all(second - first >= when.pace(per_minute) for first, second in pairwise(times))
    assert all(later - first >= timedelta(days=1) for first, later in zip(times, times[per_day:], strict=False))
    assert all(time >= wishes[number].due_at for number, time in laid)
    assert all(when.is_open(time, wishes[number].hours, wishes[number].zone) for number, time in laid)
