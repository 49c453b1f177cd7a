"""The calendar on the desk: what left, what goes out on which day, and whose day it is."""

import html
import re
from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.ledger import listing, rounds
from mailer.sending import Order
from mailer.workspace.passes import send
from tests.cared import make_caring, send_thanks
from tests.desks import open_desk
from tests.factories import NOW
from tests.workspaces import row

MONTHLY = "when: {every: month, on: first monday, at: '09:30'}"


def said(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def day(answer, on: str) -> str:
    """What stands in one square."""
    found = re.search(rf'<time datetime="{on}">.*?</td>', answer.text, re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0])))


@pytest.fixture
def monthly(firm):
    firm.write_sheet([row(1), row(2), row(3)])
    firm.write_config(campaign=MONTHLY)
    return firm


def test_an_empty_month_says_what_to_do_first(firm):
    assert "To begin, add a campaign that goes by itself" in said(open_desk(firm).get("/schedule"))


def test_a_round_stands_on_its_day_and_the_rule_below(monthly):
    answer = open_desk(monthly).get("/schedule?month=2026-12")
    assert "thanks 3 emails not written yet" in day(answer, "2026-12-07")
    assert "every month, on the first Monday, at 09:30" in said(answer)


def test_the_months_lead_to_one_another(monthly):
    answer = open_desk(monthly).get("/schedule")
    assert "November 2026" in said(answer)
    assert 'href="/schedule?month=2026-10"' in answer.text
    assert 'href="/schedule?month=2026-12"' in answer.text
    assert "month=2028-01" not in open_desk(monthly).get("/schedule?month=2027-12").text


@pytest.mark.parametrize("month", ["2026-13", "soon", "1066-10", "2099-01"])
def test_no_other_month_can_be_asked_for(firm, month):
    assert open_desk(firm).get(f"/schedule?month={month}").status_code == 404


def test_what_waits_for_a_yes_leads_to_its_review(monthly):
    with monthly.open() as workspace:
        due = NOW + timedelta(days=2)
        with workspace.ledger.begin() as tx:
            rounds.open_round(tx, "thanks", "2026-11", now=NOW)
        choice = campaigns.AsItStands("2026-11", 0)
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", choice, now=NOW)
        with workspace.ledger.begin() as tx:
            from mailer.ledger import timing

            timing.retime(tx, {entry.id: due for entry in listing.entries(tx)})
    answer = open_desk(monthly).get("/schedule")
    assert "thanks 3 emails to review" in day(answer, "2026-11-26")
    assert 'href="/review/thanks"' in answer.text


def test_what_left_stands_on_the_day_it_left_by_the_firms_clock(firm):
    make_caring(firm)
    with firm.open() as workspace:
        send_thanks(workspace)
    assert "thanks 3 emails sent" in day(open_desk(firm).get("/schedule"), "2026-11-24")


def test_a_mail_of_one_person_has_their_name(firm):
    firm.write_sheet([row(1)])
    with firm.open() as workspace:
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=NOW)
        campaigns.approve(workspace.ledger, [1], who="ada", now=NOW)
        send(workspace, workspace.ledger, Order())
    assert "thanks Bob1 Stone sent" in day(open_desk(firm).get("/schedule"), "2026-11-24")


def test_a_birthday_stands_on_its_day_and_leads_to_the_person(firm):
    make_caring(firm)
    answer = open_desk(firm).get("/schedule?month=2026-12")
    assert "Mercy Udo birthday" in day(answer, "2026-12-03")
    assert 'href="/contacts/team/2"' in answer.text
    assert "Mercy" not in said(open_desk(firm).get("/schedule?month=2027-01"))


def test_holidays_are_marked(firm):
    assert "closed" in day(open_desk(firm).get("/schedule?month=2026-12"), "2026-12-25")


def test_a_paused_campaign_says_so(monthly):
    with monthly.open() as workspace:
        campaigns.pause(workspace.ledger, "thanks", now=NOW, paused=True)
    assert "thanks 3 emails paused" in day(open_desk(monthly).get("/schedule?month=2026-12"), "2026-12-07")


def test_a_name_that_is_a_script_is_shown_as_a_name(firm):
    firm.write_sheet([row(1, first_name="<script>alert(1)</script>", last_name=None)])
    firm.write_config(campaign=MONTHLY)
    assert "<script>alert" not in open_desk(firm).get("/schedule?month=2026-12").text
