"""What holds for every rule, zone and hour: due times are in order, in the hours, and always the same."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mailer import when
from mailer.config import Hours
from mailer.model import Period
from tests.moments import LAGOS, ZONES, at, plan

RULES = st.sampled_from(
    [
        {"every": "day"},
        {"every": "weekday", "at": "02:30"},
        {"every": "week", "on": "sunday", "zone": "recipient"},
        {"every": "fortnight", "on": "friday", "at": "23:59"},
        {"every": "month", "on": "31", "at": "00:00", "zone": "recipient"},
        {"every": "month", "on": "last working day", "offset": "2 working days"},
        {"every": "quarter", "on": "first monday", "at": "01:30"},
        {"every": "year", "on": "29 february"},
        {"rrule": "FREQ=WEEKLY;BYDAY=MO,SU;INTERVAL=3"},
        {"date": "birthday", "offset": "-1 week"},
        {"column": "send_at"},
        "neglected",
        "new rows",
    ]
)

HOURS = st.one_of(
    st.none(),
    st.builds(
        lambda days, start, length, holidays: {
            "days": ",".join(sorted(days)),
            "from": f"{start:02}:30",
            "to": f"{min(start + length, 23):02}:59",
            "holidays": holidays,
        },
        st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1),
        st.integers(0, 22),
        st.integers(0, 12),
        st.sampled_from(["skip", "send"]),
    ),
)

STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@st.composite
def asked(draw):
    """A campaign, a contact, and a stretch of time."""
    after = draw(STARTS)
    until = after + timedelta(days=draw(st.integers(1, 120)))
    spread = draw(st.sampled_from(["0 minutes", "2 hours"]))
    facts = when.Facts(
        zone=draw(st.sampled_from(ZONES)),
        closed=when.closed_days(draw(st.sampled_from(["", "NG", "FR", "JP"]))),
        dated=when.Dated(draw(st.integers(1, 28)), draw(st.integers(1, 12)), draw(st.integers(2024, 2030))),
        heard_on=draw(st.one_of(st.none(), st.dates(date(2023, 1, 1), date(2030, 1, 1)))),
        cadence=draw(st.builds(Period, st.integers(1, 40), st.sampled_from(["day", "week", "month"]))),
        seen_at=draw(STARTS),
        who=draw(st.text(max_size=3)),
    )
    return plan(when=draw(RULES), hours=draw(HOURS), spread=spread), facts, after, until


@given(asked())
def test_due_times_increase_lie_in_the_hours_and_do_not_change_when_asked_again(question):
    campaign, facts, after, until = question
    found = when.dues(campaign, facts, LAGOS, after=after, until=until)
    assert found == when.dues(campaign, facts, LAGOS, after=after, until=until)
    assert all(first.due_at < second.due_at for first, second in pairwise(found))
    assert len({due.round for due in found}) == len(found)
    assert all(after < due.due_at <= until and due.at <= due.due_at for due in found)
    assert all(when.is_open(due.due_at, campaign.hours, facts.zone, facts.closed) for due in found)


def test_what_is_due_at_the_instant_of_a_look_is_found_by_that_look_and_by_no_later_one():
    """Looks follow each other: the end of one is the beginning of the next, and nothing may fall between."""
    campaign, facts = plan(when={"at": "2026-11-24 09:30"}), when.Facts(zone=LAGOS.zone)
    found = [
        when.dues(campaign, facts, LAGOS, after=at(after), until=at(until))
        for after, until in pairwise(("2026-11-24T08:20Z", "2026-11-24T08:30Z", "2026-11-24T08:40Z"))
    ]
    assert [len(dues) for dues in found] == [1, 0]


@given(asked(), st.floats(0, 1))
def test_a_stretch_of_time_asked_in_two_parts_has_the_same_rounds(question, share):
    campaign, facts, after, until = question
    middle = after + (until - after) * share
    parts = [
        *when.dues(campaign, facts, LAGOS, after=after, until=middle),
        *when.dues(campaign, facts, LAGOS, after=middle, until=until),
    ]
    assert parts == when.dues(campaign, facts, LAGOS, after=after, until=until)


@given(STARTS, HOURS, st.sampled_from(ZONES))
def test_the_next_open_hour_is_open_and_not_before(moment, hours, zone):
    window = Hours.model_validate(hours) if hours else None
    opens = when.next_open(moment, window, zone)
    assert opens >= moment
    assert when.is_open(opens, window, zone)
    assert when.next_open(opens, window, zone) == opens
