"""The clock of a relation, from the command line."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from mailer.workspace import Clock
from tests.cared import make_caring
from tests.workspaces import row


@pytest.fixture
def caring(firm):
    """A firm that has promised to keep in touch."""
    return make_caring(firm)


def days_ago(days):
    """A day by the firm's calendar, which is ahead of ours for an hour each night."""
    return f"{Clock().now().astimezone(ZoneInfo('Africa/Lagos')) - timedelta(days=days):%Y-%m-%d}"


def test_the_neglected_are_listed_with_clients_and_staff_side_by_side(caring):
    shown = caring.run("contacts", "neglected").out
    assert "client: 3 neglected" in shown
    assert "staff: 2 neglected" in shown
    assert "A card, not a speech." in shown


def test_the_neglected_of_one_owner_or_audience(caring):
    assert {each["audience"] for each in caring.run("contacts", "neglected", "--audience", "staff", "--json").json} == {
        "staff"
    }
    assert len(caring.run("contacts", "neglected", "--owner", "ada", "--json").json) == 3


def test_a_misspelt_owner_is_not_told_that_nobody_is_neglected(caring):
    refused = caring.run("contacts", "neglected", "--owner", "adda", code=2).err
    assert "Nobody in the sheets has the owner “adda”." in refused
    assert "There are: Ada." in refused
    for key in ("C0001", "C0002", "C0003"):
        caring.run("contacts", "heard", key)
    assert caring.run("contacts", "neglected", "--owner", "ada").out == "Nobody of these is neglected.\n"


def test_whose_the_neglected_are_is_counted(caring):
    caring.write_sheet([row(1), row(2), row(3, owner="Ben")])
    assert "client: 3 neglected (Ada 2, Ben 1)" in caring.run("contacts", "neglected").out


def test_a_call_starts_the_clock_again(caring):
    done = caring.run("contacts", "heard", "C0001", "--on", days_ago(100), "--by", "phone", "--note", "the lease")
    assert "overdue by 10 days" in done.out
    assert "fine until" in caring.run("contacts", "heard", "client1@client.example").out
    assert len(caring.run("contacts", "neglected", "--audience", "client", "--json").json) == 2


def test_a_call_that_is_still_to_come_cannot_be_logged(caring):
    assert "still to come" in caring.run("contacts", "heard", "C0001", "--on", days_ago(-5), code=2).err


def test_who_nobody_knows_cannot_be_noted(caring):
    assert "Nobody" in caring.run("contacts", "note", "x@y.example", "Likes tea.", code=2).err


def test_what_was_noted_while_all_was_a_rehearsal_is_there_when_mail_is_real(caring):
    caring.run("contacts", "heard", "client1@client.example", "--by", "phone")
    caring.run("contacts", "note", "client1@client.example", "Prefers a call.")
    config = caring.folder / "config.yaml"
    real = "server: localhost:2525\n    security: none"
    config.write_text(config.read_text("utf-8").replace("outbox: outbox/", real), encoding="utf-8")
    story = caring.run("contacts", "show", "client1@client.example").out
    assert "phone" in story
    assert "Prefers a call." in story


def test_the_story_of_one_relation_fits_on_one_screen(caring):
    caring.run("contacts", "note", "C0003", "Likes tea.")
    caring.run("contacts", "heard", "C0003", "--on", days_ago(10), "--by", "visit")
    caring.run("campaigns", "prepare", "thanks")
    shown = caring.run("contacts", "show", "C0003").out
    assert len(shown.splitlines()) < 40
    for said in ("known by Ada", "Likes tea.", "visit", "draft", "big year", "the promise runs out on", "amount: 103"):
        assert said in shown


def test_the_sheet_alone_is_shown_with_its_source(caring):
    assert "client1@client.example" in caring.run("contacts", "show", "clients", "C0001").out


def test_the_schedule_tells_of_milestones_too(caring):
    assert "big year" in caring.run("schedule").out
    (milestone,) = [each for each in caring.run("schedule", "--json").json["occasions"] if each["on"] is None]
    assert (milestone["key"], milestone["what"], milestone["campaign"]) == ("C0003", "big year", None)


def test_two_people_who_are_one_are_joined(caring):
    caring.run("contacts", "heard", "client1@client.example")
    caring.edit_sheet(lambda sheet: sheet.delete_rows(2))
    caring.run("contacts", "merge", "C0001", "C0002", "--yes")
    assert len(caring.run("contacts", "show", "C0002", "--json").json["events"]) == 1
    assert "one person already" in caring.run("contacts", "merge", "C0001", "C0002", "--yes", code=2).err


def test_a_sheet_that_is_gone_is_told_and_keeps_nobody_else_back(caring):
    (caring.folder / "team.xlsx").unlink()
    asked = [("contacts", "neglected"), ("report",), ("schedule",), ("contacts", "heard", "C0001", "--by", "phone")]
    for words in asked:
        done = caring.run(*words)
        assert done.err.count(f"Left out: {caring.folder / 'team.xlsx'} is not there.") == 1, words
    assert "Bob2" in caring.run("contacts", "neglected").out


def test_a_memo_is_shown_beside_the_draft_wherever_it_is_read(caring):
    caring.run("contacts", "note", "C0001", "Likes tea.")
    caring.run("campaigns", "prepare", "thanks")

    assert "To know, not to send: Likes tea. (noted " in caring.run("drafts", "show", "1").out
    assert caring.run("drafts", "show", "1", "--json").json["memos"] == ["Likes tea."]
    assert "To know, not to send: Likes tea. (noted " in caring.run("preview", "thanks").out
    caring.run("preview", "thanks", "--out", "shown")
    assert "Likes tea. (noted " in (caring.folder / "shown" / "index.html").read_text(encoding="utf-8")


def test_a_memo_noted_by_hand_asks_for_tact(caring):
    caring.run("contacts", "note", "C0001", "His father died in May.")
    caring.run("campaigns", "prepare", "thanks")
    assert "A memo says: “His father died in May.”\n" in caring.run("drafts", "show", "1").out


def test_a_memo_never_reaches_a_mail(caring):
    caring.run("contacts", "note", "C0001", "Owes us money.")
    caring.run("campaigns", "prepare", "thanks")
    caring.run("drafts", "approve", "thanks", "--all", "--yes")
    caring.run("send", "thanks", "--yes")
    assert caring.outbox
    assert not any("Owes us" in path.read_text(encoding="utf-8") for path in caring.outbox)


KEEP_IN_TOUCH = """---
subject: "It has been too long, {{ first_name }}"
---
Dear {{ first_name }},

how are you?

{{ sender.name }}
"""


#: What the ready campaign keeps, and a test at night or on a Sunday cannot wait for.
OFFICE_HOURS = "    hours: {days: mon-fri, from: 09:00, to: 17:00, holidays: skip}\n"


@pytest.fixture
def drafting(caring):
    """A caring firm with a campaign for the neglected."""
    caring.write_template(KEEP_IN_TOUCH, "keep-in-touch.md")
    caring.run("campaigns", "add", "keep-in-touch")
    return caring


def test_the_neglected_get_their_drafts_and_no_second_one(drafting):
    first = drafting.run("contacts", "neglected", "--audience", "client", "--draft")
    assert "3 new drafts of keep-in-touch" in first.out
    again = drafting.run("contacts", "neglected", "--audience", "client", "--draft")
    assert "3 mails of keep-in-touch for them already there" in again.out
    assert "new draft" not in again.out


def test_who_has_a_draft_of_a_campaign_waiting_gets_no_other(caring):
    caring.run("campaigns", "prepare", "thanks")
    done = caring.run("contacts", "neglected", "--audience", "client", "--draft", "thanks")
    assert "3 mails of thanks for them already there" in done.out
    assert len(caring.run("drafts", "list", "--json").json) == 3


def test_only_the_worst_get_a_draft_when_so_many_are_wanted(drafting):
    drafting.run("contacts", "neglected", "--audience", "client", "--first", "2", "--draft", "keep-in-touch")
    assert len(drafting.run("drafts", "list", "--json").json) == 2


def test_a_draft_for_the_neglected_takes_a_line_of_ones_own_and_goes(drafting):
    config = drafting.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("when: neglected", 'when: {neglected: true, at: "00:00"}').replace(OFFICE_HOURS, "")
    config.write_text(text, encoding="utf-8")
    drafting.run("contacts", "neglected", "--owner", "Ada", "--first", "1", "--draft")
    drafting.run("drafts", "approve", "keep-in-touch", "--all", "--yes")
    drafting.run("send", "keep-in-touch", "--yes")
    assert len(drafting.outbox) == 1
    assert len(drafting.run("contacts", "neglected", "--audience", "client", "--json").json) == 2


def test_who_fits_no_campaign_is_named_with_the_cure(drafting):
    left = drafting.run("contacts", "neglected", "--audience", "staff", "--draft", code=1)
    assert "Mercy Udo" in left.err
    assert "mailer campaigns add" in left.err


def test_a_config_keeps_its_comments_when_a_campaign_is_added(caring):
    caring.run("campaigns", "add", "birthdays")
    text = (caring.folder / "config.yaml").read_text(encoding="utf-8")
    assert "# the sheet that Mercy keeps" in text
    assert "Customer Care Week" in caring.run("campaigns", "add").out
