"""Today, at a glance: what waits, what goes out next, what needs a decision, in the office manager's words."""

import re

import pytest

from mailer import campaigns
from mailer.ledger import drafts, moves
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
            ids = [entry.id for entry in drafts.entries(tx)]
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
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        for status in way:
            moves.move(tx, [1], status, at=NOW, who="ada")
    assert said in page(firm)


def test_no_page_says_the_programs_words(firm):
    prepare(firm)
    approve_all(firm)
    assert not re.search(r"deliver|ledger|queue", page(firm), re.IGNORECASE)
