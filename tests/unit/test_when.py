"""Rules to rounds and due times: in the recipient's hours, once, and always the same."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import when
from mailer.config import Campaign, Firm, Hours
from mailer.config.when import FollowUp
from mailer.model import Contact, Period
from tests.factories import contact

LAGOS = when.Office(zone="Africa/Lagos", closed=when.closed_days("NG"))
ZONES = ["Africa/Lagos", "Europe/Paris", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe"]
ZONES += ["Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut"]
OFFICE_HOURS = {"days": "mon-fri", "from": "09:00", "to": "17:00"}


def plan(**keys) -> Campaign:
    return Campaign.model_validate({"contacts": "clients", "template": "t", "from": "office", **keys})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def rounds(rule, first="2026-01-01", last="2026-12-31", facts=None, firm=LAGOS, **keys) -> list[tuple[str, str]]:
    """(name, local time in the recipient's zone) of a year's rounds."""
    facts = facts or when.Facts(zone=firm.zone)
    found = when.dues(plan(when=rule, **keys), facts, firm, after=at(f"{first}T00:00Z"), until=at(f"{last}T23:59Z"))
    return [(due.round, local(due.due_at, due.zone)) for due in found]


# --- the rules ---


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


# --- hours ---


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


# --- zones and daylight saving ---


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


# --- what must hold for every rule, zone and hour ---

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


# --- lateness, follow-ups, the plan ---


@pytest.mark.parametrize(
    ("late", "after", "expected"),
    [
        ("ask", timedelta(hours=-1), "wait"),
        ("ask", timedelta(hours=1), "go"),
        ("ask", timedelta(hours=3), "ask"),
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


# --- words ---


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (None, "when you send it"),
        ({"at": "2026-12-18 10:00"}, "once, on 18 December 2026, at 10:00 Africa/Lagos"),
        (
            {"every": "quarter", "on": "first monday", "at": "09:30"},
            "every quarter, on the first Monday, at 09:30 Africa/Lagos",
        ),
        ({"every": "week", "on": "fri"}, "every week, on Friday, at 09:30 Africa/Lagos"),
        ({"every": "weekday", "zone": "recipient"}, "every weekday, at 09:30 where they are"),
        ({"every": "month", "on": "22"}, "every month, on the 22nd, at 09:30 Africa/Lagos"),
        (
            {"every": "month", "on": "last working day", "offset": "-2 days"},
            "every month, 2 days before the last working day, at 09:30 Africa/Lagos",
        ),
        ({"every": "year", "on": "24 december"}, "every year, on 24 December, at 09:30 Africa/Lagos"),
        (
            {"every": "year", "on": "first monday of october"},
            "every year, on the first Monday of October, at 09:30 Africa/Lagos",
        ),
        ({"rrule": "FREQ=MONTHLY;BYDAY=1MO"}, "by the rule FREQ=MONTHLY;BYDAY=1MO, at 09:30 Africa/Lagos"),
        ({"date": "client_since"}, "every year, on the client since, at 09:30 where they are"),
        (
            {"date": "birthday", "offset": "-3 days", "zone": "Europe/Paris"},
            "every year, 3 days before the birthday, at 09:30 Europe/Paris",
        ),
        ("neglected", "when nobody has been in touch for as long as keep_in_touch says, at 09:30 where they are"),
        ({"column": "send_at"}, "on the date in the column send_at, at 09:30 Africa/Lagos"),
        ("new rows", "as soon as a new row appears"),
        ({"new": "rows", "after": "2 days"}, "2 days after a new row appears"),
    ],
)
def test_every_rule_has_a_plain_sentence(rule, sentence):
    assert when.describe(plan(when=rule).when, "Africa/Lagos") == sentence


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "at any hour"),
        (OFFICE_HOURS, "Monday to Friday, 09:00 to 17:00 where they are, not on public holidays"),
        ({"days": "sat,sun", "holidays": "send"}, "Saturday and Sunday, 09:00 to 17:00 where they are"),
        ({"days": "mon,wed,fri", "holidays": "send"}, "Monday, Wednesday and Friday, 09:00 to 17:00 where they are"),
        ({"days": "every day", "holidays": "send"}, "every day, 09:00 to 17:00 where they are"),
    ],
)
def test_hours_have_plain_words(hours, words):
    assert when.describe_hours(plan(hours=hours).hours) == words
