"""A person's page on the desk: how we stand, what has been, and what is noted of them."""

import html
import re

import pytest

from mailer.ledger import listing, suppressions
from mailer.model import Status
from tests.cared import make_caring, touched
from tests.desks import open_desk, prepare


def said(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def desk(firm):
    return open_desk(make_caring(firm))


def act(desk, name, row=2, key="C0001", **form):
    path = f"/contacts/clients/{row}/{name}"
    return desk.post(path, {"key": key, **form}, follow_redirects=True)


def test_a_call_logged_here_starts_their_clock_again_and_stands_in_the_story(desk):
    assert "Never in touch so far; promised every 90 days." in said(desk.get("/contacts/clients/2"))
    shown = said(act(desk, "heard", way="phone", on="2026-11-02", words="The tea was good."))
    assert "Noted: in touch on 2 November 2026." in shown
    assert "Last in touch 2 November 2026; promised every 90 days: fine until" in shown
    assert "in touch phone: The tea was good." in shown


@pytest.mark.parametrize(
    ("day", "answer"), [("2030-01-01", "is still to come"), ("yesterday", "“yesterday” is not a day")]
)
def test_a_day_that_cannot_be_is_said_and_nothing_is_noted(desk, day, answer):
    shown = said(act(desk, "heard", way="phone", on=day))
    assert answer in shown
    assert "mailer" not in shown
    assert "Never in touch so far" in shown


def test_a_note_stands_beside_every_email_to_them_and_in_none(firm, desk):
    assert "Kept." in said(act(desk, "note", words="Prefers <b>a call</b>."))
    prepare(firm)
    assert "Prefers <b>a call</b>." in said(desk.get("/contacts/clients/2"))
    assert "Prefers <b>a call</b>." in said(desk.get("/review/thanks/1"))
    assert "Prefers" not in said(desk.get("/review/thanks/2"))
    with firm.open() as workspace, workspace.ledger.read() as tx:
        assert "Prefers" not in str(listing.words_of(tx, [1])[1])


def test_what_is_noted_while_all_is_a_rehearsal_is_there_when_mail_is_real(firm, desk):
    act(desk, "heard", way="phone", on="2026-11-02", words="The tea was good.")
    act(desk, "note", words="Prefers a call.")
    config = firm.folder / "config.yaml"
    real = "server: localhost:2525\n    security: none"
    config.write_text(config.read_text("utf-8").replace("outbox: outbox/", real), encoding="utf-8")
    shown = said(open_desk(firm).get("/contacts/clients/2"))
    assert "in touch phone: The tea was good." in shown
    assert "Prefers a call." in shown


def test_an_empty_note_keeps_nothing(desk):
    assert "There was nothing to keep" in said(act(desk, "note", words=" "))


def test_nothing_more_goes_to_whom_asked_us_to_stop_until_they_ask_again(firm, desk):
    prepare(firm)
    assert "tick the box first" in said(act(desk, "silence"))
    shown = said(act(desk, "silence", sure="1"))
    assert "Nothing more goes to client1@client.example. Called off: 1 email." in shown
    assert "No email goes to client1@client.example: asked us to stop." in shown
    with firm.open() as workspace, workspace.ledger.read() as tx:
        assert listing.entries(tx, ids=[1])[0].status is Status.CANCELLED
    assert "tick the box first" in said(act(desk, "lift"))
    assert "may be written to again. What was called off stays so." in said(act(desk, "lift", sure="1"))


def test_a_stopped_domain_is_not_lifted_from_one_persons_page(firm, desk):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        suppressions.add(tx, "client.example", reason="left", who="ada", at=workspace.now)
    assert "Their whole domain was stopped" in said(act(desk, "lift", sure="1"))


def test_a_row_that_is_somebody_elses_by_now_is_not_written_to(firm, desk):
    desk.get("/contacts/clients/2")
    firm.edit_sheet(lambda sheet: sheet.delete_rows(2))
    answer = act(desk, "silence", sure="1")
    assert answer.status_code == 409
    assert "somebody else stands in this row now" in said(answer)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        assert not suppressions.has_any(tx)


def test_an_answer_of_theirs_is_told_in_plain_words(firm, desk):
    with firm.open() as workspace:
        touched(workspace, "C0001", "replied", days_ago=3, words="How kind!")
    assert "answered How kind!" in said(desk.get("/contacts/clients/2"))


def test_nothing_is_noted_without_the_pages_token(desk):
    for name in ("heard", "note", "silence", "lift"):
        form = {"key": "C0001", "words": "x", "form_token": "guessed"}
        assert desk.post(f"/contacts/clients/2/{name}", form).status_code == 403


def test_each_cell_of_the_sheet_is_shown_once(desk):
    assert desk.get("/contacts/clients/2").text.count("<dd>client1@client.example</dd>") == 1
