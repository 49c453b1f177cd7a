"""Campaigns on the desk: prepared, tested, sent in the background, paused, called off; nobody twice."""

import re
import threading
from dataclasses import replace

import pytest

from mailer import campaigns
from mailer.ledger import listing
from mailer.model import Status
from tests.desks import open_desk, prepare
from tests.factories import NOW
from tests.servers import ScriptedServer
from tests.workspaces import row, smtp_account


def said(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def entries(firm):
    with firm.open() as workspace, workspace.ledger_of("thanks").read() as tx:
        return listing.entries(tx)


def approve_all(firm):
    with firm.open() as workspace:
        ledger = workspace.ledger_of("thanks")
        with ledger.read() as tx:
            ids = [entry.id for entry in listing.entries(tx)]
        campaigns.approve(ledger, ids, who="ada", now=NOW)


def act(desk, action, **form):
    return desk.post(f"/campaigns/thanks/{action}", form, follow_redirects=True)


def wait(desk):
    desk.app.extensions["desk"].goings.of("thanks").wait()


@pytest.fixture
def desk(firm):
    return open_desk(firm)


def test_the_list_tells_how_far_each_campaign_is(firm, desk):
    assert "thanks" in said(desk.get("/campaigns"))
    prepare(firm)
    assert re.search(r"thanks 3 – –", said(desk.get("/campaigns")))


def test_a_new_campaign_is_prepared_from_its_page(firm, desk):
    assert "Prepare its emails" in said(desk.get("/campaigns/thanks"))
    answer = act(desk, "prepare")
    assert "Prepared: 3 emails newly written." in said(answer)
    assert "Review 3 emails" in said(answer)


def test_what_is_wrong_in_the_sheet_is_told_after_preparing(firm, desk):
    firm.write_sheet([row(1), row(2, e_mail="bob at example"), row(3)])
    assert "bob at example" in said(act(desk, "prepare"))


def test_what_is_wrong_in_the_sheet_is_told_with_its_cell(firm, desk):
    firm.write_sheet([row(1), row(2, e_mail=None)])
    assert re.search(r"clients.xlsx › \w+ › B3 ?: There is no address", said(act(desk, "prepare")))


def test_a_campaign_says_to_whom_it_goes_and_when(desk):
    assert "To clients, with the template thanks, when you send it." in said(desk.get("/campaigns/thanks"))
    assert "when you send it" in said(desk.get("/campaigns"))


def test_only_what_was_approved_is_sent_and_nobody_twice(firm, desk):
    prepare(firm)
    with firm.open() as workspace:
        campaigns.approve(workspace.ledger, [1, 2], who="ada", now=NOW)
    assert "Send 2 emails now" in said(desk.get("/campaigns/thanks"))
    act(desk, "send")
    wait(desk)
    assert "2 emails sent" in said(desk.get("/campaigns/thanks"))
    act(desk, "send")
    wait(desk)
    assert len(firm.outbox) == 2
    assert [entry.status for entry in entries(firm)] == [Status.SENT, Status.SENT, Status.DRAFT]


def test_what_changed_after_the_yes_is_not_sent(firm, desk):
    prepare(firm)
    approve_all(firm)
    firm.edit_sheet(lambda sheet: sheet.cell(2, 6, 999))
    act(desk, "send")
    wait(desk)
    assert "1 email changed after the yes" in said(desk.get("/campaigns/thanks"))
    assert len(firm.outbox) == 2


def test_a_send_holds_no_page_up_and_can_be_stopped(firm):
    """The server answers nothing until it is let go; pages are served meanwhile."""
    let_go = threading.Event()

    def script(turn):
        if turn.phase == "dot":
            let_go.wait(30)

    with ScriptedServer(script) as server:
        firm.write_config(account=smtp_account(server.port))
        prepare(firm)
        approve_all(firm)
        desk = open_desk(firm)
        assert "Stop after the one in hand" in said(act(desk, "send"))
        assert 'data-poll="/campaigns/thanks"' in desk.get("/campaigns/thanks").text
        assert "sending" in said(desk.get("/campaigns"))
        act(desk, "send")
        assert "Stopping" in said(act(desk, "stop"))
        let_go.set()
        wait(desk)
    assert "data-poll" not in desk.get("/campaigns/thanks").text


def test_a_server_that_cannot_be_reached_is_told_in_one_sentence(firm):
    firm.write_config(account=smtp_account(9))
    prepare(firm)
    approve_all(firm)
    desk = open_desk(firm)
    act(desk, "send")
    wait(desk)
    assert 'class="hold"' in desk.get("/campaigns/thanks").text
    assert {entry.status for entry in entries(firm)} == {Status.QUEUED}


TWO_ACCOUNTS = """
firm: {{name: Harbour & Vale LLP, timezone: Africa/Lagos}}
accounts:
  ada: {{from: Ada <ada@harbourvale.example>, owners: [Ada], server: "localhost:{ada}", security: none, username: ada,
    password: "env:TEST_PASSWORD", per_minute: 100000}}
  tom: {{from: Tom <tom@harbourvale.example>, owners: [Tom], server: "localhost:{tom}", security: none,
    per_minute: 100000}}
contacts:
  clients: {{file: clients.xlsx, key: Client no}}
campaigns:
  thanks: {{contacts: clients, template: thanks, from: {{field: owner}}}}
"""


def test_every_login_is_tried_before_anything_leaves(firm, monkeypatch):
    monkeypatch.setenv("TEST_PASSWORD", "wrong")
    firm.write_sheet([row(1, owner="Tom"), row(2, owner="Ada")])
    with ScriptedServer(username="ada", password="right") as adas, ScriptedServer() as toms:
        text = TWO_ACCOUNTS.format(ada=adas.port, tom=toms.port)
        (firm.folder / "config.yaml").write_text(text, encoding="utf-8")
        prepare(firm)
        approve_all(firm)
        desk = open_desk(firm)
        act(desk, "send")
        wait(desk)
        shown = said(desk.get("/campaigns/thanks"))
        assert "0 emails sent" in shown
        assert "password" in shown
        assert toms.said("MAIL") == []
        act(desk, "send", anyway="1")
        wait(desk)
        assert [entry.status for entry in entries(firm)] == [Status.SENT, Status.QUEUED]


def test_a_test_goes_to_oneself_and_counts_as_contact_with_nobody(firm, desk):
    answer = act(desk, "test", address="me@harbourvale.example")
    assert "3 of 3 emails sent to me@harbourvale.example" in said(answer)
    assert ["To: me@harbourvale.example" in path.read_text() for path in firm.outbox] == [True] * 3
    assert {entry.status for entry in entries(firm)} == {Status.DRAFT}


def test_a_test_to_no_address_sends_nothing(firm, desk):
    assert "This is not an address" in said(act(desk, "test", address="me"))
    assert firm.outbox == []


def test_a_paused_campaign_offers_no_sending_until_it_goes_on(firm, desk):
    prepare(firm)
    approve_all(firm)
    assert "It is paused" in said(act(desk, "pause"))
    assert "Send 3 emails now" not in said(desk.get("/campaigns/thanks"))
    assert "Send 3 emails now" in said(act(desk, "resume"))


def test_calling_off_needs_the_tick(firm, desk):
    prepare(firm)
    assert "Nothing was called off" in said(act(desk, "cancel"))
    assert "Called off: 3 emails" in said(act(desk, "cancel", sure="1"))
    assert {entry.status for entry in entries(firm)} == {Status.CANCELLED}


def test_closing_the_desk_lets_what_is_under_way_finish(firm, desk):
    prepare(firm)
    approve_all(firm)
    act(desk, "send")
    desk.app.extensions["desk"].close()
    assert Status.SENDING not in {entry.status for entry in entries(firm)}


def test_the_next_emails_of_a_campaign_with_a_time_are_prepared_before_it(firm):
    firm.write_config(campaign="when: {every: month, on: first monday}")
    desk = open_desk(firm)
    assert "Prepared: 3 emails newly written." in said(act(desk, "prepare"))
    assert {entry.due_at.month for entry in entries(firm)} == {12}


def test_a_campaign_for_which_nobody_is_due_says_so(firm):
    firm.write_config(campaign="when: {at: 2020-01-01}")
    assert "Nobody is due within a year" in said(act(open_desk(firm), "prepare"))


def test_a_next_round_that_is_asked_for_twice_opens_once(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    desk = open_desk(firm)
    assert "3 emails newly written" in said(act(desk, "prepare", again="1"))
    assert "a new round would write to the same people twice" in said(act(desk, "prepare", again="1"))


def test_a_moved_folder_is_told_on_the_desk_with_what_to_type(firm):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        prepare(firm)
        approve_all(firm)
        with firm.open() as workspace:
            workspace.trust_ledger()
        moved = replace(firm, folder=firm.folder.rename(firm.folder.with_name("moved")))
        desk = open_desk(moved)
        assert "was moved or copied" in said(desk.get("/"))
        act(desk, "send")
        wait(desk)
        told = said(desk.get("/campaigns/thanks"))
        assert server.accepted == []
    assert "was moved or copied" in told
    assert "mailer check --accept-ledger" in told
