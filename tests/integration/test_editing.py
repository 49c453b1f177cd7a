"""What a person changes in a draft by hand: literal, above the signature, and only while no yes stands."""

import pytest

from mailer import campaigns
from mailer.errors import UsageError
from mailer.model import Edit
from tests.factories import NOW
from tests.preparing import approve_all, entries, prepare, refresh, words
from tests.workspaces import HEADER, TEMPLATE, row

SIGNED = {"ada.md": "Ada Obi", "ada.fr.md": "Ada Obi\n\nAssociée\n\nLagos"}


def test_an_edited_draft_says_the_persons_own_words_literally(workspace):
    prepare(workspace)
    campaigns.edit(
        workspace.ledger,
        workspace.config,
        workspace.folder,
        2,
        Edit(personal_line="I still smile about {{ 7 * 7 }} <b>boats</b>."),
        now=NOW,
    )
    assert "I still smile about {{ 7 * 7 }} <b>boats</b>." in words(workspace, 2).text
    assert "&lt;b&gt;boats" in words(workspace, 2).html
    prepare(workspace)
    assert "boats" in words(workspace, 2).text


def test_what_was_approved_is_edited_only_after_the_yes_is_taken_back(workspace):
    prepare(workspace)
    approve_all(workspace)
    own = Edit(personal_line="I still smile about the boats.")
    with pytest.raises(UsageError, match="is queued") as refused:
        campaigns.edit(workspace.ledger, workspace.config, workspace.folder, 2, own, now=NOW)
    assert refused.value.cure == "Make it a draft again first: mailer drafts discard --undo 2"
    campaigns.reconsider(workspace.ledger, [2], who="ada", now=NOW)
    edited = campaigns.edit(workspace.ledger, workspace.config, workspace.folder, 2, own, now=NOW)
    assert "the boats" in edited.text


def test_words_that_change_beneath_an_edit_are_told(firm, workspace):
    prepare(workspace)
    config, folder = workspace.config, workspace.folder
    campaigns.edit(workspace.ledger, config, folder, 2, Edit(body="Dear Bob,\n\nmy own words."), now=NOW)
    approve_all(workspace)
    firm.write_template(TEMPLATE.replace("thank you for", "thanks for"))
    refresh(workspace)
    entry = entries(workspace)[1]
    told = "The words beneath your edit have changed since you made it."
    assert told in {problem.what for problem in entry.problems if problem.kind == "changed-beneath"}
    assert any("my own words." in line for each in campaigns.differences(workspace.ledger, 2) for line in each.lines)


NO_PLACE = TEMPLATE.replace("{% if personal_line %}{{ personal_line }}{% endif %}", "")
LEFT_OUT = "A sentence was added by hand, and it does not stand in this mail."


def told_of(workspace, wanted):
    """What is told of draft 2 when this is changed in it."""
    prepare(workspace)
    campaigns.edit(workspace.ledger, workspace.config, workspace.folder, 2, wanted, now=NOW)
    return {problem.what for problem in entries(workspace)[1].problems}


def test_a_sentence_that_the_template_has_no_place_for_is_told_of(firm, workspace):
    firm.write_template(NO_PLACE)
    assert LEFT_OUT in told_of(workspace, Edit(personal_line="The tea\nwas good."))


def test_a_sentence_beside_a_mail_that_was_rewritten_is_told_of(workspace):
    assert LEFT_OUT in told_of(workspace, Edit(personal_line="The tea was good.", body="Bob,\n\nyou waited."))


@pytest.mark.parametrize("sentence", ["The *tea*\nwas good.", "  ", "1. [x](y) & z"])
def test_a_sentence_that_stands_in_the_mail_is_not_told_of(workspace, sentence):
    assert LEFT_OUT not in told_of(workspace, Edit(personal_line=sentence))


def test_a_sentence_that_was_written_into_a_mail_by_hand_is_not_told_of(workspace):
    assert LEFT_OUT not in told_of(workspace, Edit(personal_line="The tea.", body="Bob,\n\nyou waited. The\ntea."))


@pytest.mark.parametrize("campaign", ["review: each", "unsubscribe: true"])
def test_the_words_above_a_signature_end_where_it_begins_in_every_language(firm, campaign):
    for name, signature in SIGNED.items():
        firm.write_template(signature, name)
    firm.write_template(TEMPLATE, "thanks.fr.md")
    firm.write_config(account="outbox: outbox/\n    signature: templates/ada.md", campaign=campaign)
    firm.write_sheet([[*row(1), "fr"], [*row(2), ""]], [*HEADER, "Language"])
    with firm.open() as workspace:
        prepare(workspace)
        french, english = (words(workspace, each) for each in (1, 2))
        above = [campaigns.body_of(each, workspace.config, workspace.folder) for each in (french, english)]
    assert ("Associée" in french.text, "Associée" in english.text) == (True, False)
    assert [text.split("\n\n")[1:] for text in above] == [["thank you for 101.", "Ada"], ["thank you for 102.", "Ada"]]


def test_a_mail_whose_words_cannot_be_rendered_again_keeps_no_half_edit(firm, workspace):
    prepare(workspace)
    text = (firm.folder / "config.yaml").read_text(encoding="utf-8")
    (firm.folder / "config.yaml").write_text(text.replace("  thanks:", "  others:"), encoding="utf-8")
    with firm.open() as later:
        with pytest.raises(UsageError, match="“thanks”"):
            campaigns.edit(later.ledger, later.config, later.folder, 1, Edit(subject="Hello"), now=NOW)
        assert entries(later, ids=[1])[0].edit is None
