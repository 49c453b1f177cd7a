"""Today, at a glance: what waits, what goes out next, what needs a decision, in the office manager's words."""

import re
from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.ledger import listing, moves, queue, suppressions, timing
from mailer.model import Status
from tests.cared import make_caring, send_thanks, touched
from tests.desks import open_desk, prepare
from tests.factories import NOW, add_drafts
from tests.workspaces import row, smtp_account


def page(firm) -> str:
    answer = open_desk(firm).get("/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def approve_all(firm):
    with firm.open() as workspace:
        with workspace.ledger.read() as tx:
            ids = [entry.id for entry in listing.entries(tx)]
        campaigns.approve(workspace.ledger, ids, who="ada", now=NOW)


def has_suppressions(ledger) -> bool:
    with ledger.read() as tx:
        return suppressions.has_any(tx)


def test_an_empty_workspace_says_what_to_do_first(firm):
    assert "To begin, open a campaign" in page(firm)


def test_drafts_wait_under_the_name_they_go_out_with(firm):
    firm.write_sheet([row(1), row(2, first_name=None), row(3, first_name=None)])
    prepare(firm)
    shown = page(firm)
    assert "Ada Obi &lt;ada@harbourvale.example&gt;" in shown
    assert re.search(r"thanks</a></th> <td[^>]*>[^<]*</td> <td[^>]*>3</td> <td[^>]*>2</td>", shown)


def test_drafts_rehearsed_before_a_campaign_became_real_do_not_wait(firm):
    prepare(firm)
    firm.write_config(account=smtp_account(2525))
    assert "Ada Obi" not in page(firm)


def test_approved_emails_of_an_account_that_is_gone_are_said_and_the_page_still_stands(firm):
    prepare(firm)
    approve_all(firm)
    config = firm.folder / "config.yaml"
    config.write_text(
        config.read_text().replace("  ada:", "  bea:").replace("  thanks:", "  other:").replace(": ada", ": bea")
    )
    shown = page(firm)
    assert "account “ada”, which is no longer in config.yaml" in shown
    assert "/account/ada/try" not in shown


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
        ([Status.MISSED], "1 email approved, but nothing was running"),
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


def of_no_campaign(firm):
    """An email that was written to one person by hand: no campaign of config.yaml is its own."""
    with firm.open() as workspace:
        add_drafts(workspace.ledger, campaign="thank")


def test_an_email_of_no_campaign_is_decided_like_any_other_and_leads_to_no_page(firm):
    of_no_campaign(firm)
    desk = open_desk(firm)
    assert 'href="/review/thank' not in desk.get("/").text
    move(firm, [*LEFT, Status.UNCONFIRMED])
    assert 'href="/review/thank' not in desk.get("/").text
    assert "Noted: it arrived." in desk.post("/decide/thank/1/arrived", follow_redirects=True).text
    assert status_of(firm) is Status.SENT


def test_a_late_email_of_no_campaign_is_let_go(firm):
    of_no_campaign(firm)
    move(firm, [Status.MISSED])
    assert "Let go: 1 email." in open_desk(firm).post("/late/thank/drop", {"round": "1"}, follow_redirects=True).text
    assert status_of(firm) is Status.CANCELLED


def test_what_came_back_is_settled_when_nothing_more_goes_there(firm):
    prepare(firm)
    move(firm, [*LEFT, Status.SENT, Status.BOUNCED])
    desk = open_desk(firm)
    answer = desk.post("/decide/thanks/1/silence", follow_redirects=True)
    assert "Nothing more goes to this address." in answer.text
    assert "Needs a decision" not in answer.text
    with firm.open() as workspace:
        assert all(has_suppressions(ledger) for ledger in workspace.ledgers_of_people())  # real mail's, too


def test_nobody_can_decide_what_is_not_offered(firm):
    prepare(firm)
    desk = open_desk(firm)
    desk.post("/decide/thanks/1/arrived")
    assert status_of(firm) is Status.DRAFT
    assert desk.post("/decide/thanks/1/explode").status_code == 404


def late(desk, choice):
    answer = desk.get("/")
    assert f'action="/late/thanks/{choice}"' in answer.text
    return desk.post(f"/late/thanks/{choice}", {"round": "1"}, follow_redirects=True)


def test_a_late_round_is_sent_after_all_with_one_button(firm):
    prepare(firm)
    approve_all(firm)
    move(firm, [Status.MISSED])
    answer = late(open_desk(firm), "send")
    assert "1 email for the next open hour." in answer.text
    assert "missed its time" not in answer.text
    assert status_of(firm) is Status.QUEUED


def test_a_late_round_is_let_go_with_the_other(firm):
    prepare(firm)
    move(firm, [Status.MISSED])
    assert "Let go: 1 email." in late(open_desk(firm), "drop").text
    assert status_of(firm) is Status.CANCELLED


def test_a_draft_whose_time_passed_without_a_yes_is_reviewed_or_let_go(firm):
    prepare(firm)
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        due_at = NOW - timedelta(days=2)
        timing.reschedule(tx, {1: (due_at, due_at)})
    answer = open_desk(firm).get("/").text
    assert "1 email nobody has approved yet" in answer
    assert "/late/thanks/send" not in answer
    assert "/late/thanks/drop" in answer


def test_of_a_late_round_nothing_else_can_be_asked(firm):
    prepare(firm)
    move(firm, [Status.MISSED])
    desk = open_desk(firm)
    assert desk.post("/late/thanks/explode", {"round": "1"}).status_code == 404
    assert desk.post("/late/thanks/drop").status_code == 400
    assert status_of(firm) is Status.MISSED


def tile(shown: str, said: str) -> str:
    return re.search(rf"<span>{said}</span><b>([^<]+)</b>", shown)[1]


def test_the_numbers_of_the_day_stand_in_one_glance(firm):
    make_caring(firm)
    prepare(firm)
    shown = page(firm)
    assert [tile(shown, said) for said in ("to review", "to go out", "decisions to make", "neglected")] == list("3005")


def test_the_neglected_are_named_worst_first_with_their_reason_and_lead_to_their_page(firm):
    make_caring(firm)
    with firm.open() as workspace:
        send_thanks(workspace)
        touched(workspace, "musa@harbourvale.example", "heard", days_ago=40)
    shown = page(firm)
    assert re.search(r"Mercy Udo.*never in touch.*birthday on 3 December.*Musa Lawal.*overdue by 10 days", shown)
    assert 'href="/contacts/team/2"' in shown


def test_the_whole_list_of_the_neglected_can_be_asked_by_owner(firm):
    make_caring(firm)
    firm.write_sheet([row(1), row(2, owner="Ben")])
    desk = open_desk(firm)
    assert "Mercy Udo" in desk.get("/neglected").text
    bens = desk.get("/neglected?owner=Ben").text
    assert "Bob2" in bens
    assert "Bob1" not in bens


def test_when_nobody_is_neglected_the_list_says_what_to_do_first(firm):
    assert "give a sheet a “keep in touch”" in open_desk(firm).get("/neglected").text


def test_rounds_to_come_are_told_before_they_are_written(firm):
    firm.write_config(campaign="when: {every: week, on: friday, at: '09:30'}")
    assert re.search(r"Fri 27 Nov 09:30</b>: 3 emails of <a[^>]*>thanks</a>, not written yet", page(firm))


def test_a_sheet_that_cannot_be_read_leaves_the_rest_of_the_page_standing(firm):
    prepare(firm)
    (firm.folder / "clients.xlsx").write_bytes(b"nonsense")
    shown = page(firm)
    assert "clients.xlsx" in shown
    assert "To review" in shown


def test_a_name_that_is_a_script_is_shown_as_a_name(firm):
    make_caring(firm)
    firm.write_sheet([row(1, first_name="<script>alert(1)</script>", owner="<script>alert(2)</script>")])
    prepare(firm)
    move(firm, [*LEFT, Status.UNCONFIRMED])
    desk = open_desk(firm)
    for path in ("/", "/neglected"):
        assert "<script>alert" not in desk.get(path).text


def stop(firm, until=None):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        queue.stop(tx, "ada", at=NOW, until=until, reason="535 The password was refused.")


def test_a_stopped_account_is_a_decision_and_goes_on_once_it_is_let_in(firm):
    prepare(firm)
    approve_all(firm)
    stop(firm)
    desk = open_desk(firm)
    shown = desk.get("/").text
    assert "The password was refused." in shown
    assert tile(re.sub(r"\s+", " ", shown), "decision to make") == "1"
    answer = desk.post("/account/ada/try", follow_redirects=True)
    assert "It is let in, and goes on." in answer.text
    assert "3 emails may go now" in re.sub(r"\s+", " ", answer.text)


def test_a_spent_quota_is_left_to_its_time(firm):
    prepare(firm)
    approve_all(firm)
    stop(firm, until=NOW + timedelta(days=1))
    answer = open_desk(firm).post("/account/ada/try", follow_redirects=True)
    assert "it goes on when its time is over" in answer.text
    assert "does not send now" in answer.text


def test_an_account_that_is_not_there_cannot_be_tried(firm):
    assert open_desk(firm).post("/account/nobody/try").status_code == 404


def move(firm, way):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        for status in way:
            moves.move(tx, [1], status, at=NOW, who="ada")


def status_of(firm):
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return listing.entries(tx, ids=[1])[0].status
