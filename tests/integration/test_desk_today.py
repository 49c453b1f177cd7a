"""Today, at a glance: what waits, what goes out next, what needs a decision, in the office manager's words."""

import re

import pytest

from mailer import campaigns
from mailer.ledger import listing, moves
from mailer.model import Status
from tests.desks import open_desk, prepare
from tests.factories import NOW
from tests.workspaces import row


def page(firm) -> str:
    answer = open_desk(firm).get("/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def approve_all(firm):
    with firm.open() as workspace:
        with workspace.ledger.read() as tx:
            ids = [entry.id for entry in listing.entries(tx)]
        campaigns.approve(workspace.ledger, ids, who="ada", now=NOW)


def test_an_empty_workspace_says_what_to_do_first(firm):
    assert "To begin, open a campaign" in page(firm)


def test_drafts_wait_under_the_name_they_go_out_with(firm):
    firm.write_sheet([row(1), row(2), row(3, first_name=None)])
    prepare(firm)
    shown = page(firm)
    assert "Ada Obi &lt;ada@harbourvale.example&gt;" in shown
    assert re.search(r'thanks</(a></)?th> <td>[^<]*</td> <td class="number">3</td> <td class="number">1</td>', shown)


def test_approved_emails_go_out_next(firm):
    prepare(firm)
    approve_all(firm)
    assert "3 emails may go now" in page(firm)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ([Status.QUEUED, Status.SENDING, Status.UNCONFIRMED], "perhaps sent"),
        ([Status.QUEUED, Status.SENDING, Status.FAILED], "refused"),
        ([Status.QUEUED, Status.SENDING, Status.SENT, Status.BOUNCED], "came back"),
        ([Status.MISSED], "missed its time"),
    ],
)
def test_what_needs_a_decision_stays_until_it_has_one(firm, way, said):
    prepare(firm)
    move(firm, way)
    assert said in page(firm)


def test_no_page_says_the_programs_words(firm):
    prepare(firm)
    approve_all(firm)
    assert not re.search(r"deliver|ledger|queue", page(firm), re.IGNORECASE)


LEFT = [Status.QUEUED, Status.SENDING]


@pytest.mark.parametrize(
    ("way", "choice", "status"),
    [
        ([*LEFT, Status.UNCONFIRMED], "arrived", Status.SENT),
        ([*LEFT, Status.UNCONFIRMED], "again", Status.QUEUED),
        ([*LEFT, Status.UNCONFIRMED], "drop", Status.CANCELLED),
        ([*LEFT, Status.FAILED], "retry", Status.QUEUED),
        ([Status.MISSED], "review", Status.DRAFT),
    ],
)
def test_a_decision_is_made_on_the_page_and_only_once(firm, way, choice, status):
    prepare(firm)
    move(firm, way)
    desk = open_desk(firm)
    assert f'action="/decide/thanks/1/{choice}"' in desk.get("/").text
    desk.post(f"/decide/thanks/1/{choice}")
    assert status_of(firm) is status
    assert "no longer needs this decision" in desk.post(f"/decide/thanks/1/{choice}", follow_redirects=True).text


def test_what_came_back_is_settled_when_nothing_more_goes_there(firm):
    prepare(firm)
    move(firm, [*LEFT, Status.SENT, Status.BOUNCED])
    desk = open_desk(firm)
    answer = desk.post("/decide/thanks/1/silence", follow_redirects=True)
    assert "Nothing more goes to this address." in answer.text
    assert "Needs a decision" not in answer.text


def test_nobody_can_decide_what_is_not_offered(firm):
    prepare(firm)
    desk = open_desk(firm)
    desk.post("/decide/thanks/1/arrived")
    assert status_of(firm) is Status.DRAFT
    assert desk.post("/decide/thanks/1/explode").status_code == 404


def move(firm, way):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        for status in way:
            moves.move(tx, [1], status, at=NOW, who="ada")


def status_of(firm):
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return listing.entries(tx, ids=[1])[0].status
