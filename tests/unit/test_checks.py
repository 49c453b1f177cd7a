"""What stops or marks a draft before anybody approves it."""

import pytest

from mailer.checks import check, check_files_together
from mailer.model import Attachment, Severity
from tests.factories import contact, draft
from tests.workshop import FIRM


def found(**changes):
    return {(each.kind, each.severity) for each in check(draft(**changes), contact(), firm=FIRM)}


def file(name="invoice.pdf", digest="d", size=10, content_id=""):
    return Attachment(name, digest, size, "application/pdf", content_id)


def test_a_good_draft_has_no_problems():
    assert found() == set()


@pytest.mark.parametrize(
    ("changes", "kind", "severity"),
    [
        ({"subject": " "}, "no-subject", Severity.HOLD),
        ({"subject": "x" * 120}, "long-subject", Severity.NOTE),
        ({"text": "\n"}, "no-text", Severity.HOLD),
        ({"text": "Dear ,\n\nthank you."}, "empty-greeting", Severity.HOLD),
        ({"text": "Dear None,\n\nthank you."}, "empty-greeting", Severity.HOLD),
        ({"text": "Hello ,\n\nthank you."}, "empty-greeting", Severity.HOLD),
        ({"text": "Chère ,\n\nmerci."}, "empty-greeting", Severity.HOLD),
        ({"text": "Dear Bob,\n\nthank you for #N/A."}, "cell-error", Severity.HOLD),
        ({"text": "Dear Bob,\n\nthank you for {{ project }}."}, "unfilled-field", Severity.WARN),
        ({"html": '<a href="javascript:x()">x</a>'}, "bad-link", Severity.HOLD),
        ({"html": '<a href="https://[company].example/">x</a>'}, "bad-link", Severity.HOLD),
        ({"html": '<a href="https://evil.example/">bank.example</a>'}, "misleading-link", Severity.WARN),
        ({"html": '<img src="https://a.example/p.gif">'}, "remote", Severity.NOTE),
        ({"html": "x" * 110_000}, "clipped", Severity.WARN),
        ({"html": '<img src="cid:1" alt="us">', "text": "Thank you"}, "only-a-picture", Severity.WARN),
        ({"html": '<img src="cid:1">'}, "no-alt", Severity.NOTE),
        ({"attachments": (file(size=30_000_000),)}, "too-large", Severity.HOLD),
        ({"attachments": (file(size=8_000_000),)}, "large", Severity.NOTE),
        ({"attachments": (file("setup.EXE"),)}, "refused-file", Severity.HOLD),
        ({"attachments": (file(size=0),)}, "empty-file", Severity.HOLD),
        ({"text": "Dear Bob,\n\nplease find the letter attached."}, "forgotten-attachment", Severity.WARN),
        ({"cc": ("BOB@client.example",)}, "doubled", Severity.WARN),
    ],
)
def test_each_defect_is_named(changes, kind, severity):
    assert (kind, severity) in found(**changes)


@pytest.mark.parametrize("greeting", ["Hello,", "Bonjour !", "Dear Bob,", "Dear Nanette,", "Hi!", "Bob,"])
def test_a_greeting_that_is_one_is_left_alone(greeting):
    assert found(text=f"{greeting}\n\nthank you.") == set()


def test_marketing_needs_an_address_and_a_way_out():
    assert found(kind="marketing") == {("no-postal-address", Severity.HOLD), ("no-unsubscribe", Severity.HOLD)}
    text = "Dear Bob,\n\nnews.\n\n12 Quay Street, Lagos. To leave: mailto:a@b.example?subject=unsubscribe"
    assert found(kind="marketing", text=text, html="") == set()


def test_a_mail_that_says_how_to_leave_says_it_in_both_its_parts():
    text = "Dear Bob,\n\nthank you.\n\nTo leave: mailto:a@b.example?subject=unsubscribe"
    assert found(unsubscribe=True, text=text, html="<p>Dear Bob, thank you.</p>") == {("no-unsubscribe", Severity.HOLD)}
    assert found(unsubscribe=True, text=text, html='<a href="mailto:a@b.example?subject=unsubscribe">go</a>') == set()


def test_an_inline_picture_is_not_an_attachment():
    assert found(attachments=(file("logo.png", content_id="x@inline"),)) == set()


def together(*files):
    pairs = [
        (draft(attachments=(each,)), contact(f"{number}@x.example", key=f"00{number}"))
        for number, each in enumerate(files)
    ]
    return [(place, problem.what) for place, problem in check_files_together(pairs)]


def test_one_personal_file_for_two_people_is_flagged():
    files = [file("000.pdf", "a"), file("001.pdf", "b"), file("002.pdf", "b"), file("003.pdf", "c")]

    assert [place for place, _ in together(*files)] == [1, 2]


def test_a_brochure_for_everybody_is_not_flagged():
    assert together(*[file("terms.pdf", "a")] * 4) == []


def test_a_file_that_carries_the_key_of_another_is_flagged():
    assert together(file("invoice-001.pdf", "a"), file("invoice-001b.pdf", "b")) == [
        (0, "invoice-001.pdf carries the key of another contact, 001.")
    ]
