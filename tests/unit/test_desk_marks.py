"""Findings beside their words: what a problem quotes is marked in subject, text and HTML, and nothing else."""

import re

import pytest

from mailer.desk.marks import Marker, findings
from mailer.model import Problem
from tests.factories import draft

SELLS = Problem("", "“special offer” sells, and a thank-you that sells is not one.")
FILLER = Problem("", "“reach out” is what everybody writes.")


def marked(problem=SELLS, **changes):
    words = draft(**changes)
    return findings(words, [problem]), words


def test_what_is_quoted_is_found_in_the_text_and_numbered():
    found, words = marked(text="Here is a special offer for you.")
    assert (found[0].number, found[0].is_in_subject) == (1, False)
    assert Marker(found).text(words.text) == (
        'Here is a <mark id="words-1" title="“special offer” sells, and a thank-you that sells is not one.">'
        "special offer<sup>1</sup></mark> for you."
    )


def test_the_subject_is_looked_at_first():
    assert marked(subject="A special offer", text="special offer")[0][0].is_in_subject


def test_a_finding_that_quotes_nothing_of_the_mail_has_no_number():
    assert marked(text="Thank you.")[0][0].number == 0
    assert marked(Problem("", "It is loud."))[0][0].number == 0
    assert marked(Problem("", "It greets nobody: “…”."))[0][0].number == 0


def test_a_finding_about_a_part_of_the_email_leads_to_that_part():
    no_line = Problem("", "There is no personal line.", kind="no-personal-line")
    assert [each.place for each in findings(draft(), [no_line, SELLS])] == ["personal_line", ""]


def test_findings_are_numbered_in_their_order_those_with_words_alone():
    words = draft(text="I reach out with a special offer.")
    numbers = [each.number for each in findings(words, [SELLS, Problem("", "It is loud."), FILLER])]
    assert numbers == [1, 0, 2]


@pytest.mark.parametrize("text", ["a special\noffer", "a special, offer", "a special\u00a0offer", "a special — offer"])
def test_marks_between_the_words_do_not_hide_them(text):
    assert "<mark" in Marker(marked(text=text)[0]).text(text)


@pytest.mark.parametrize("text", ["a special offering", "unspecial offer", "special", "offer special"])
def test_other_words_are_not_marked(text):
    assert "<mark" not in Marker(marked(text=text)[0]).text(text)


def test_a_long_quotation_that_was_cut_within_a_word_is_found():
    words = "I want to thank you for working with us on the arbitration."
    cut = Problem("", f"They have read this before: “{words[:55]}”.")
    assert "arbitration<sup>" in Marker(marked(cut, text=words)[0]).text(words)


def test_the_first_of_each_can_be_linked_to_and_only_the_first():
    found, _ = marked(text="special offer, special offer")
    shown = Marker(found).text("special offer, special offer")
    assert len(re.findall("<mark", shown)) == 2
    assert shown.count('id="words-1"') == 1


def test_everything_is_escaped():
    hostile = Problem("", 'It says “alert(1)" onload=x” <script>.')
    found, words = marked(hostile, text='Dear <b>alert(1)" onload=x, <script>')
    shown = Marker(found).text(words.text)
    assert "<script" not in shown
    assert "<b>" not in shown
    assert re.search(r'title="[^"<>]*"', shown)


HTML = "<html><head><title>special offer</title><style>.special-offer{}</style></head><body>%s</body></html>"


def test_in_html_the_words_are_marked_between_tags_and_nowhere_else():
    found, _ = marked(text="special offer")
    body = '<p title="special offer">A special&nbsp;offer</p>'
    shown = Marker(found).html(HTML % body)
    assert shown.count("<mark") == 1
    assert '<p title="special offer">A <mark style="' in shown
    assert "<title>special offer</title>" in shown


def test_html_without_findings_is_left_alone():
    assert Marker(()).html(HTML) == HTML
    assert Marker(()).text("<b>") == "&lt;b&gt;"


def test_apostrophes_of_any_kind_are_the_same():
    problem = Problem("", "“don't hesitate” is what everybody writes.")
    found, _ = marked(problem, text="Please don’t hesitate.")
    assert "<mark" in Marker(found).html("<p>Please don&#x27;t hesitate.</p>")
