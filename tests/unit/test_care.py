"""Who is neglected, since when, and why write: values in, values out."""

from datetime import UTC, date, datetime

import pytest

from mailer.care import Clock, Standing, State, cadence_of, occasions_of, reasons_of, standing_of
from mailer.config.audiences import is_internal
from mailer.model import Field, Memo, Period
from mailer.when import Office
from tests.factories import contact
from tests.workshop import bob

TODAY = date(2026, 11, 24)
QUARTER = Period(90, "day")
FIRM = Office()


def test_the_latest_touch_counts_whichever_way_it_went():
    clock = Clock(
        written_at=datetime(2026, 3, 1, tzinfo=UTC),
        replied_at=datetime(2026, 5, 1, tzinfo=UTC),
        heard_at=datetime(2026, 4, 1, tzinfo=UTC),
        told_on=date(2026, 2, 1),
    )
    assert clock.last_on("UTC") == date(2026, 5, 1)


def test_the_sheets_last_contact_counts_as_much_as_the_ledger():
    assert Clock(written_at=datetime(2026, 3, 1, tzinfo=UTC), told_on=date(2026, 6, 1)).last_on("UTC") == date(
        2026, 6, 1
    )


def test_the_day_is_the_firms_day():
    assert Clock(written_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)).last_on("Africa/Lagos") == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("last_on", "said"),
    [
        (None, "never"),
        (date(2026, 8, 25), "overdue by 1 day"),
        (date(2026, 1, 1), "overdue by 237 days"),
        (date(2026, 8, 26), "due today"),
        (date(2026, 9, 9), "due in 14 days"),
        (date(2026, 9, 10), "fine until 9 December 2026"),
        (date(2026, 11, 1), "fine until 30 January 2027"),
    ],
)
def test_a_promise_of_ninety_days_is_kept_or_not(last_on, said):
    assert str(standing_of(last_on, QUARTER, today=TODAY)) == said


def test_nobody_is_neglected_to_whom_nothing_was_promised():
    assert not standing_of(None, None, today=TODAY).is_neglected


def test_who_asked_us_to_stop_rests_however_long_it_is():
    standing = standing_of(date(2020, 1, 1), QUARTER, today=TODAY, resting="asked us to stop")
    assert (str(standing), standing.is_neglected) == ("resting: asked us to stop", False)


def test_the_worst_come_first():
    standings = [
        standing_of(day, QUARTER, today=TODAY)
        for day in (date(2026, 11, 20), date(2026, 8, 1), None, date(2026, 9, 1), date(2025, 1, 1))
    ]
    ordered = sorted(standings, key=lambda each: each.badness)
    assert [each.state for each in ordered] == [
        State.NEVER,
        State.OVERDUE,
        State.OVERDUE,
        State.DUE,
        State.FINE,
    ]
    assert ordered[1].days > ordered[2].days


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Field("60 days", "60 days"), Period(60, "day")),
        (Field("45", 45), Period(45, "day")),
        (Field("", None), QUARTER),
        (Field("often", "often"), QUARTER),
        (Field("0", 0), QUARTER),
        (Field("TRUE", True), QUARTER),
        (Field("-3 days", "-3 days"), QUARTER),
        (Field("0 days", "0 days"), QUARTER),
        (Field("2348012345678", 2348012345678), QUARTER),
        (Field("99999999 days", "99999999 days"), QUARTER),
        (Field("inf", float("inf")), QUARTER),
    ],
)
def test_the_rows_own_promise_comes_before_the_sources(cell, expected):
    assert cadence_of(contact(fields={"keep_in_touch": cell}), QUARTER) == expected


@pytest.mark.parametrize(("audience", "internal"), [("staff", True), ("Team", True), ("client", False), ("", False)])
def test_our_own_people_are_told_apart(audience, internal):
    assert is_internal(audience) is internal


def test_an_anniversary_comes_with_which_one_it_is():
    found = occasions_of(bob(client_since=date(2011, 12, 1)), FIRM, today=TODAY)
    assert [str(each) for each in found] == ["15th client anniversary on 1 December"]
    assert found[0].round == "client_since-2026"


def test_a_birthday_without_its_year_is_known_without_its_number():
    assert [str(each) for each in occasions_of(bob(birthday="3 December"), FIRM, today=TODAY)] == [
        "birthday on 3 December"
    ]


def test_a_date_in_january_is_near_in_december():
    found = occasions_of(bob(birthday=date(1980, 1, 5)), FIRM, today=date(2026, 12, 20))
    assert found[0].on == date(2027, 1, 5)


def test_the_day_somebody_came_is_no_anniversary_yet():
    assert occasions_of(bob(client_since=date(2026, 11, 30)), FIRM, today=TODAY) == []


def test_what_is_no_date_is_no_occasion():
    assert occasions_of(bob(birthday="in spring"), FIRM, today=TODAY) == []


def test_staff_get_the_templates_meant_for_staff():
    person = bob(birthday="3 December", joined=date(2016, 12, 1))
    clients = reasons_of(person, (), {}, FIRM, today=TODAY)
    staff = reasons_of(contact(fields=person.fields, audience="staff"), (), {}, FIRM, today=TODAY)
    assert [each.template for each in clients] == ["work-anniversary", "birthday"]
    assert [each.template for each in staff] == ["work-anniversary", "staff-birthday"]


@pytest.mark.parametrize(
    ("memo", "is_reason"),
    [
        ("Sends tea in November. Thank him for it.", True),
        ("Her son's wedding is on 12 December.", True),
        ("Court date 2026-12-03.", True),
        ("Harvest in July: do not write then.", False),
        ("We may ask her in 3 days.", False),
        ("Prefers a call before any letter.", False),
        ("Court date was 2025-12-03.", False),
    ],
)
def test_a_memo_that_names_a_date_near_today_is_a_reason(memo, is_reason):
    assert bool(reasons_of(bob(), [Memo(memo)], {}, FIRM, today=TODAY)) is is_reason


def test_a_french_memo_names_its_month_in_lower_case():
    person = contact(language="fr")
    assert reasons_of(person, [Memo("Prend sa retraite en décembre.")], {}, FIRM, today=TODAY)


def test_milestones_stand_before_dates():
    found = reasons_of(bob(birthday="3 December"), (), {"ten years": "milestone"}, FIRM, today=TODAY)
    assert (found[0].what, found[0].template) == ("ten years", "milestone")


def test_a_standing_that_rests_is_not_counted_as_promised():
    assert not Standing(State.RESTING, cadence=QUARTER, why="on hold").is_promised
