"""The report on the desk: replies first, the same figures as the command's, of one campaign and since a day."""

import html
import re
from datetime import timedelta

import pytest

from mailer.ledger import moves
from mailer.model import Status
from mailer.workspace.reporting import report
from tests.cared import make_caring, send_thanks, touched
from tests.desks import open_desk
from tests.factories import NOW
from tests.workspaces import row


@pytest.fixture
def caring(firm):
    return make_caring(firm)


def said(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_an_empty_report_says_what_to_do_first(firm):
    assert "To begin, open a campaign" in said(open_desk(firm).get("/report"))


def test_replies_stand_first_with_their_words_and_a_picture(caring):
    with caring.open() as workspace:
        touched(workspace, "C0001", "replied", days_ago=9, words="How <b>kind</b>!")
    answer = open_desk(caring).get("/report")
    assert re.search(r"1 reply .*Bob1 Stone client, 15 Nov 2026 How <b>kind</b>!.*Inside and outside", said(answer))
    assert "<b>kind" not in answer.text
    assert '<rect class="bar s0"' in answer.text


def test_its_figures_are_those_of_the_command(caring):
    with caring.open() as workspace:
        send_thanks(workspace)
        figures, _ = report(workspace)
    client, staff = figures.sides
    shown = said(open_desk(caring).get("/report"))
    for side in (client, staff):
        kept = f"{side.kept} of {side.promised} ({side.kept / side.promised:.0%})"
        assert f"{side.audience} {side.people} {side.thanked} {side.mails} {side.replies} {kept}" in shown
    assert "ada client 3" in shown
    assert "Neglected: 2" in shown
    assert "Mercy Udo staff never" in shown


def test_it_can_be_asked_of_one_campaign_since_a_day(caring):
    with caring.open() as workspace:
        touched(workspace, "C0001", "replied", days_ago=40)
    desk = open_desk(caring)
    assert "1 reply" in said(desk.get("/report?since=2026-01-01"))
    assert "0 replies" in said(desk.get(f"/report?since={(NOW - timedelta(days=30)).date()}"))
    assert "0 replies" in said(desk.get("/report?campaign=thanks"))
    assert "<option selected>thanks</option>" in desk.get("/report?campaign=thanks").text


@pytest.mark.parametrize("since", ["soon", "2026-13-01", "2030-01-01"])
def test_no_other_day_can_be_asked_about(firm, since):
    assert open_desk(firm).get(f"/report?since={since}").status_code == 404


def test_what_did_not_arrive_is_counted(caring):
    with caring.open() as workspace:
        send_thanks(workspace)
        with workspace.ledger.begin() as tx:
            moves.move(tx, [1], Status.BOUNCED, at=NOW, who="ada")
    assert "came back 1 perhaps sent 0 refused 0 must not be written to 0" in said(open_desk(caring).get("/report"))


def test_a_name_that_is_a_script_is_shown_as_a_name(caring):
    caring.write_sheet([row(1, first_name="<script>alert(1)</script>", owner="<script>alert(2)</script>")])
    with caring.open() as workspace:
        touched(workspace, "C0001", "replied", days_ago=9, words="<script>alert(3)</script>")
    assert "<script>alert" not in open_desk(caring).get("/report").text


def test_the_report_is_counted_anew_when_somebody_answers(caring):
    desk = open_desk(caring)
    assert "0 replies" in said(desk.get("/report"))
    with caring.open() as workspace:
        touched(workspace, "C0001", "replied", days_ago=1)
    assert "1 reply" in said(desk.get("/report"))


def test_an_unknown_campaign_is_said_plainly(firm):
    assert "There is no" in open_desk(firm).get("/report?campaign=nothing").text
