"""When a mail is tried again, and what stops an account."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.model import Outcome, Phase, Receipt
from mailer.refusals import TABLE, Kind, account_refusal
from mailer.retry import GIVE_UP, next_attempt, rest

NOW = datetime.fromisoformat("2026-11-24T09:30:00+00:00")


def pause(outcome=Outcome.DEFERRED, *, attempts=1, code=450, enhanced="4.2.0", text="", phase=Phase.RCPT, age=0):
    receipt = Receipt(outcome, phase, code, enhanced, text)
    at = next_attempt(receipt, attempts=attempts, first_at=NOW - timedelta(hours=age), now=NOW)
    return None if at is None else (at - NOW).total_seconds() / 60


def test_the_first_pause_is_five_minutes_and_each_one_doubles_up_to_four_hours():
    assert [pause(attempts=n) for n in range(1, 9)] == [5, 10, 20, 40, 80, 160, 240, 240]


def test_after_four_days_a_mail_is_given_up():
    assert pause(age=95.9) is not None
    assert pause(age=96) is None


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNCONFIRMED])
def test_what_is_decided_or_in_doubt_is_never_tried_again(outcome):
    assert pause(outcome) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Greylisted, please try again in 15 minutes", 15),
        ("retry after 900 seconds", 15),
        ("try again in 2 hours", 120),
        ("Please wait 1 hour", 60),
        ("try again in 1 s", 5),
        ("try again in 99999 hours", 24 * 60),
        ("see https://example.com/again/12 m", 5),
        ("mailbox full", 5),
    ],
)
def test_a_time_that_the_server_asks_for_is_kept(text, minutes):
    assert pause(text=text) == minutes


@given(attempts=st.integers(0, 10_000), age=st.integers(0, 95))
def test_a_pause_is_never_shorter_than_five_minutes_nor_longer_than_a_day(attempts, age):
    assert 5 <= pause(attempts=attempts, age=age) <= 24 * 60


def test_a_mail_of_a_stopped_account_waits_and_is_not_given_up():
    assert pause(Outcome.STOPPED, code=550, enhanced="5.4.5", age=24 * 30) == 24 * 60


@pytest.mark.parametrize(
    ("phase", "code", "enhanced", "kind"),
    [
        (Phase.MAIL, 421, "4.7.0", Kind.RATE),
        (Phase.CONTENT, 421, "4.7.28", Kind.RATE),
        (Phase.RCPT, 450, "4.2.1", Kind.RATE),
        (Phase.RCPT, 452, "4.5.3", Kind.RATE),
        (Phase.LOGIN, 454, "4.7.0", Kind.RATE),
        (Phase.CONTENT, 550, "5.4.5", Kind.QUOTA),
        (Phase.RCPT, 550, "5.4.5", Kind.QUOTA),
        (Phase.LOGIN, 535, "", Kind.LOGIN),
        (Phase.LOGIN, 534, "5.7.9", Kind.LOGIN),
        (Phase.LOGIN, 550, "5.7.30", Kind.LOGIN),
        (Phase.MAIL, 530, "5.7.0", Kind.LOGIN),
        (Phase.CONTENT, 550, "5.7.26", Kind.POLICY),
        (Phase.CONTENT, 550, "5.7.515", Kind.POLICY),
        (Phase.MAIL, 550, "5.7.1", Kind.POLICY),
        (Phase.MAIL, 550, "", Kind.POLICY),
        (Phase.MAIL, 553, "5.1.8", Kind.POLICY),
        (Phase.CONTENT, 554, "5.2.252", Kind.POLICY),
    ],
)
def test_a_refusal_that_speaks_to_the_account_stops_it(phase, code, enhanced, kind):
    refusal = account_refusal(phase, code, enhanced)
    assert refusal is not None
    assert refusal.kind is kind


@pytest.mark.parametrize(
    ("phase", "code", "enhanced"),
    [
        (Phase.RCPT, 550, "5.1.1"),
        (Phase.RCPT, 550, ""),
        (Phase.RCPT, 450, "4.2.2"),
        (Phase.RCPT, 451, "4.7.1"),
        (Phase.RCPT, 550, "5.7.1"),
        (Phase.CONTENT, 552, "5.2.3"),
        (Phase.CONTENT, 554, "5.6.0"),
        (Phase.MAIL, 552, "5.3.4"),
        (Phase.MAIL, 451, "4.3.0"),
        (Phase.MAIL, 421, "4.3.2"),
        (Phase.CONTENT, 550, "5.7.1"),
    ],
)
def test_a_refusal_of_one_mail_leaves_the_account_alone(phase, code, enhanced):
    assert account_refusal(phase, code, enhanced) is None


def test_every_row_of_the_table_has_advice_and_a_source():
    assert all(row.advice.endswith(".") and row.source for row in TABLE)


def test_what_a_person_must_mend_does_not_wait_by_itself():
    assert rest(Receipt(Outcome.STOPPED, Phase.LOGIN, 535)) == timedelta(0)
    assert rest(Receipt(Outcome.STOPPED, Phase.CONNECT)) == timedelta(minutes=5)
    assert timedelta(days=4) == GIVE_UP
