"""Review on the desk: a yes holds for the words that were seen, and for nothing else."""

import html
import re

import pytest

from mailer import campaigns
from mailer.ledger import heard, listing, overview
from mailer.model import Edit, Status
from tests.desks import open_desk, prepare
from tests.factories import NOW, add_drafts
from tests.workspaces import TEMPLATE, row


@pytest.fixture
def desk(firm):
    prepare(firm)
    return open_desk(firm)


def entry(firm, draft_id=1):
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return listing.entries(tx, ids=[draft_id])[0]


def text(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def shown_digest(desk, draft_id=1) -> str:
    return re.search(r'name="digest" value="([^"]+)"', desk.get(f"/review/thanks/{draft_id}").text)[1]


def approve(desk, draft_id=1, digest=None):
    form = {"digest": shown_digest(desk, draft_id) if digest is None else digest}
    return desk.post(f"/review/thanks/{draft_id}/approve", form, follow_redirects=True)


def test_a_yes_to_what_was_shown_queues_it_and_leads_to_the_next(firm, desk):
    answer = approve(desk)
    assert entry(firm).status is Status.QUEUED
    assert answer.request.path == "/review/thanks/2"
    assert "Approved: Bob1 Stone. It waits to be sent." in text(answer)


def test_a_follow_up_that_was_taken_out_of_the_campaign_is_still_shown(firm):
    with firm.open() as workspace:
        add_drafts(workspace.ledger, campaign="thanks", step=1, text="A word again")
    assert "A word again" in open_desk(firm).get("/review/thanks/1?words=text").text


def test_the_last_yes_leads_back_to_the_list(firm, desk):
    for draft_id in (1, 2, 3):
        answer = approve(desk, draft_id)
    assert answer.request.path == "/review/thanks"
    assert "Nothing waits for review here" in text(answer)


def test_a_stale_page_approves_nothing_and_shows_the_difference(firm, desk):
    seen = shown_digest(desk)
    firm.write_template(TEMPLATE.replace("thank you for", "many thanks for"))
    answer = approve(desk, digest=seen)
    assert entry(firm).status is Status.DRAFT
    said = text(answer)
    assert "Nothing was approved" in said
    assert "was thank you for 101." in said
    assert "now many thanks for 101." in said


def test_a_sheet_that_changes_behind_the_page_approves_nothing(firm, desk):
    seen = shown_digest(desk)
    firm.edit_sheet(lambda sheet: sheet.cell(2, 6, 999))
    approve(desk, digest=seen)
    assert entry(firm).status is Status.DRAFT


def test_a_yes_without_a_digest_approves_nothing(firm, desk):
    approve(desk, digest="")
    assert entry(firm).status is Status.DRAFT


def test_a_second_tab_that_approves_again_is_told_that_it_waits_already(firm, desk):
    seen = shown_digest(desk)
    approve(desk, digest=seen)
    assert "it is waiting" in text(approve(desk, digest=seen))


def test_a_held_draft_cannot_be_approved_even_by_hand(firm):
    firm.write_sheet([row(1, first_name=None)])
    prepare(firm)
    desk = open_desk(firm)
    assert "disabled" in desk.get("/review/thanks/1").text
    assert "Not approved" in text(approve(desk))
    assert entry(firm).status is Status.DRAFT


def test_holding_back_and_taking_it_back(firm, desk):
    desk.post("/review/thanks/1/hold")
    assert entry(firm).status is Status.DISCARDED
    desk.post("/review/thanks/1/back")
    assert entry(firm).status is Status.DRAFT


def test_a_yes_can_be_taken_back_until_it_leaves(firm, desk):
    approve(desk)
    desk.post("/review/thanks/1/back")
    assert entry(firm).status is Status.DRAFT


WORDS = "Dear Bob1,\r\n\r\nthank you for 101.\r\n\r\nAda"


def edit(desk, **said):
    """Save the form of a page on which nothing was changed by hand before."""
    was = {"personal_line": "", "subject": "Thank you, Bob1", "body": WORDS}
    form = {**{f"was_{part}": words for part, words in was.items()}, **was, **said}
    return desk.post("/review/thanks/1/edit", form, follow_redirects=True)


def test_a_sentence_of_ones_own_stands_in_the_mail_and_only_there(firm, desk):
    answer = edit(desk, personal_line="The tea was {{ first_name }} <b>good</b>.")
    assert "The tea was {{ first_name }} <b>good</b>." in text(answer)
    assert entry(firm).edit.personal_line == "The tea was {{ first_name }} <b>good</b>."
    assert (entry(firm).edit.subject, entry(firm).edit.body) == (None, None)
    assert entry(firm, 2).edit is None


def test_saving_what_was_not_changed_edits_nothing(firm, desk):
    edit(desk)
    assert entry(firm).edit is None


def test_what_became_of_a_mail_behind_the_page_is_not_saved_as_words_of_ones_own(firm, desk):
    edit(desk, personal_line="The tea")
    answer = edit(desk, personal_line="The tea was good.")
    assert entry(firm).edit == Edit(personal_line="The tea was good.")
    assert "The tea was good." in text(answer)


def test_the_form_says_what_its_parts_were_when_the_page_was_shown(desk):
    page = desk.get("/review/thanks/1").text
    assert f'name="was_body" value="{WORDS}"'.replace("\r", "") in page
    assert 'name="was_personal_line" value=""' in page
    assert 'name="was_subject" value="Thank you, Bob1"' in page


def test_the_whole_email_can_be_rewritten_and_taken_back(firm, desk):
    answer = edit(desk, body="Bob,\r\n\r\nyou waited. I noticed.\r\n")
    assert "you waited. I noticed." in text(answer)
    desk.post("/review/thanks/1/undo")
    assert entry(firm).edit is None


def test_an_edit_makes_a_yes_to_the_earlier_words_stale(firm, desk):
    seen = shown_digest(desk)
    edit(desk, subject="For you, Bob")
    approve(desk, digest=seen)
    assert entry(firm).status is Status.DRAFT


def group_form(desk):
    found = re.search(r'name="mark" value="([^"]+)"', desk.get("/review/thanks").text)
    return {"mark": found[1]} if found else None


def test_alike_drafts_are_approved_together_after_the_odd_ones_were_seen(firm):
    firm.write_sheet([row(number, amount=10 ** (number + 2)) for number in range(1, 7)])
    prepare(firm)
    desk = open_desk(firm)
    assert group_form(desk) is None
    assert "Bob2 Stone like most of them" in text(desk.get("/review/thanks"))
    while unseen := re.search(r'class="button" href="(/review/thanks/\d+)"', desk.get("/review/thanks").text):
        desk.get(unseen[1])
    answer = desk.post("/review/thanks/alike", group_form(desk), follow_redirects=True)
    assert "Approved: 6 emails" in text(answer)
    assert {entry(firm, each).status for each in range(1, 7)} == {Status.QUEUED}


def test_a_group_that_changed_since_it_was_shown_is_not_approved(firm, desk):
    for draft_id in (1, 2, 3):
        desk.get(f"/review/thanks/{draft_id}")
    form = group_form(desk)
    firm.edit_sheet(lambda sheet: sheet.cell(2, 6, 999))
    answer = desk.post("/review/thanks/alike", form, follow_redirects=True)
    assert "Nothing was approved" in text(answer)
    assert entry(firm, 2).status is Status.DRAFT


def test_a_group_whose_odd_ones_were_not_seen_is_not_approved_by_hand_either(firm, desk):
    inside = desk.app.extensions["desk"]
    with inside.workspace.ledger.read() as tx:
        mark = inside.grouping.of(inside.workspace, "thanks", overview.digests(tx, "thanks")).value[0].mark
    assert "Please look at" in text(desk.post("/review/thanks/alike", {"mark": mark}, follow_redirects=True))
    assert entry(firm).status is Status.DRAFT


def test_the_list_finds_names_addresses_and_subjects_literally(firm, desk):
    assert "Bob2" in desk.get("/review/thanks?find=client2@").text
    assert "Bob1" not in text(desk.get("/review/thanks?find=client2@"))
    assert "No email to review has “%”" in text(desk.get("/review/thanks?find=%25"))


def test_facts_memos_and_earlier_emails_stand_beside(firm, desk):
    with firm.open() as workspace:
        campaigns.approve(workspace.ledger, [1], who="ada", now=NOW)
    said = text(desk.get("/review/thanks/2"))
    assert "client2@client.example" in said
    assert "102" in said
    assert "This is the first." in said


def test_a_memo_noted_by_hand_stands_beside(firm, desk):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        heard.note(tx, entry(firm).person, "memo", "Likes tea.", at=NOW, who="ada")
    said = text(desk.get("/review/thanks/1"))
    assert "To know, not to send" in said
    assert "Likes tea. (noted 24 Nov 2026)" in said


def test_a_finding_leads_to_the_exact_words_it_is_about(firm):
    firm.write_template(TEMPLATE.replace("thank you for", "do not hesitate to contact us about"))
    prepare(firm)
    desk = open_desk(firm)
    page = desk.get("/review/thanks/1")
    link, number = re.search(
        r'class="mark" href="([^"]+#words-(\d))">Words \d</a> *“do not hesitate', page.text
    ).groups()
    framed = html.unescape(re.search(r'srcdoc="([^"]+)"', page.text)[1])
    assert re.search(rf"<mark style=[^>]*>do not hesitate<sup>{number}</sup></mark>", framed)
    shown = desk.get(html.unescape(link)).text
    assert re.search(rf'<mark id="words-{number}"[^>]*>do not hesitate<sup>{number}</sup></mark>', shown)


def test_a_finding_about_no_words_leads_to_the_part_it_is_about(desk):
    page = desk.get("/review/thanks/1").text
    assert re.search(r'href="#personal_line">Your sentence</a> *There is no personal line', page)
    assert 'id="personal_line"' in page


def test_the_marks_can_be_taken_off(firm):
    firm.write_template(TEMPLATE.replace("thank you for", "do not hesitate to contact us about"))
    prepare(firm)
    assert "<mark" not in html.unescape(open_desk(firm).get("/review/thanks/1?findings=unmarked").text)


def test_replies_and_calls_stand_beside_the_email(firm, desk):
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        heard.note(tx, 1, "replied", "How <b>kind</b>!", at=NOW, who="ada")
        heard.note(tx, 1, "heard", "phone: the lease", at=NOW, who="ada")
    page = desk.get("/review/thanks/1")
    assert re.search(r"in touch phone: the lease .* answered How <b>kind</b>!", text(page))
    assert "<b>kind" not in page.text


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(firm):
    hostile = '"><script>alert(1)</script><form action="https://evil.example"><input></form>'
    with firm.open() as workspace:
        add_drafts(workspace.ledger, campaign="thanks", html=hostile, subject=hostile)
    page = open_desk(firm).get("/review/thanks/1").text
    assert re.search(r'<iframe class="[a-z ]+" sandbox title="[^"]+" srcdoc="&#34;&gt;&lt;script&gt;', page)
    assert "<script>alert" not in page
    assert "<form action" not in page


def test_pictures_from_elsewhere_are_announced_and_not_loaded(firm):
    firm.write_template(TEMPLATE.replace("Ada\n", '<img src="https://example.com/p.gif">\n\nAda\n'))
    prepare(firm)
    answer = open_desk(firm).get("/review/thanks/1")
    assert "Pictures that lie on the internet are not loaded here" in text(answer)


def test_what_is_not_there_is_said_plainly(desk):
    for path in ("/review/thanks/99", "/review/nothing", "/review/nothing/1"):
        answer = desk.get(path)
        assert answer.status_code == 409
        assert "There is no" in answer.text
    assert desk.get("/review/thanks/x").status_code == 404
    assert desk.get(f"/review/thanks/{2**63}").status_code == 404


def test_a_sheet_that_cannot_be_read_stops_its_campaign_and_says_so(firm, desk):
    (firm.folder / "clients.xlsx").write_bytes(b"nonsense")
    assert "Nothing of this campaign can be sent now" in text(desk.get("/review/thanks"))
