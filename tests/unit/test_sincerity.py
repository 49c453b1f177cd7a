"""What the sincerity check hears in a mail, and what it leaves alone."""

import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import pytest

from mailer.checks import check_sincerity, few_own_words
from mailer.checks.lists import LANGUAGES, may_sell_by_shape
from mailer.model import Field, Memo, Severity
from mailer.templates import load, names
from tests.factories import contact, draft
from tests.hollow import HOLLOW, MEANT
from tests.letters import letters
from tests.workshop import ADA, FIRM, NOW, bob

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)


def kinds(made, person=None, **changes):
    return {each.kind for each in check_sincerity(made, person or contact(), today=TODAY, **changes)}


def mail(text, subject="Thank you", **changes):
    return draft(subject=subject, text=text, **changes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_sells_by_its_shape_is_looked_for_where_it_can_be(language):
    lists = tomllib.loads((ROOT / "mailer" / "checks" / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    for pattern in lists["selling_patterns"]:
        assert may_sell_by_shape(pattern), pattern


@pytest.mark.parametrize(("subject", "text", "expected"), HOLLOW)
def test_what_is_hollow_is_heard(subject, text, expected):
    assert kinds(mail(text, subject)) == expected


@pytest.mark.parametrize(("subject", "text"), MEANT)
def test_what_is_meant_is_left_alone(subject, text):
    assert kinds(mail(text, subject)) == set()


def test_of_what_it_says_over_hollow_and_meant_mails_nearly_all_is_right():
    right = wrong = missed = 0
    for subject, text, expected in [*HOLLOW, *((*each, set()) for each in MEANT)]:
        found = kinds(mail(text, subject))
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)

    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.95


def warned(letter):
    found = check_sincerity(letter.draft, letter.contact, today=TODAY)
    return [each.what for each in found if each.severity is not Severity.NOTE]


def test_of_the_letters_it_warns_of_every_hollow_one_and_of_no_honest_one():
    hollow, honest = letters("hollow"), letters("honest")

    assert (len(hollow), len(honest)) == (33, 34)
    assert [each.subject for each in hollow if not warned(each)] == []
    assert [(each.subject, warned(each)) for each in honest if warned(each)] == []


@pytest.mark.parametrize("greeting", ["Cher Monsieur Stone", "Dear Sir Bob"])
def test_a_title_before_their_name_is_a_greeting_by_name(greeting):
    assert kinds(mail(f"{greeting},\n\nI enjoyed the roof.\n\nAda Obi")) == set()


@pytest.mark.parametrize("greeting", ["Madame, Monsieur", "To whom it may concern", "Dear employee"])
def test_a_title_alone_greets_nobody(greeting):
    assert kinds(mail(f"{greeting},\n\nI enjoyed the roof.\n\nAda Obi")) == {"nobody-greeted"}


@pytest.mark.parametrize("name", names(ROOT))
def test_the_shipped_templates_are_free_of_findings(name):
    template = load(name, ROOT, firm=FIRM)
    for language in template.languages:
        line = "The roof you showed me in May is still the best I have seen."
        person = dataclasses.replace(bob(personal_line=line, last_project="the roof"), language=language)

        made = template.render(person, account_name="ada", account=ADA, campaign="c", round="1", now=NOW)

        assert made.problems == ()
        assert check_sincerity(made.draft, person, today=TODAY) == []


def test_a_missing_personal_line_is_said_where_the_template_has_a_place_for_one():
    assert kinds(mail(MEANT[0][1], branches=("not personal_line",))) == {"no-personal-line"}
    assert kinds(mail(MEANT[0][1], branches=("if personal_line",))) == set()


def test_a_sentence_they_have_read_before_is_quoted():
    text = MEANT[0][1]

    (problem,) = check_sincerity(mail(text), contact(), today=TODAY, earlier=["x", text.replace("Bob", "Robert")])

    assert problem.kind == "said-before"
    assert "I drove past your roof" in problem.what


def test_of_a_long_sentence_they_have_read_before_whole_words_are_quoted():
    sentence = "I wanted to tell you how much the whole office enjoyed the afternoon at your warehouse by the harbour."
    text = f"Dear Bob,\n\n{sentence}\n\nAda"

    found = check_sincerity(mail(text), contact(), today=TODAY, earlier=[text])

    assert [each.what.partition("“")[2] for each in found if each.kind == "said-before"] == [
        "I wanted to tell you how much the whole office enjoyed the afternoon at your warehouse by”."
    ]


def test_the_mails_with_few_words_of_their_own_come_lowest_first():
    same = "Thank you for the year and for everything that you have done for us in it, " * 3
    texts = [f"Dear {name},\n\n{same}" for name in ("Ann", "Ben", "Chi")]
    texts.append("Dear Dan,\n\nyour bridge stands, and my daughter crosses it every morning on her way.")

    assert [(place, problem.kind) for place, problem in few_own_words(texts)] == [
        (0, "few-own-words"),
        (1, "few-own-words"),
        (2, "few-own-words"),
    ]


@pytest.mark.parametrize(("days", "expected"), [(0, {"too-soon"}), (13, {"too-soon"}), (14, set())])
def test_too_soon_after_the_last_mail(days, expected):
    last = date.fromordinal(TODAY.toordinal() - days)

    assert kinds(mail(MEANT[0][1]), last_written_on=last) == expected


@pytest.mark.parametrize(
    "memo", ["Her husband died in May.", "Invoice disputed: do not write.", "En deuil depuis mars."]
)
def test_a_memo_that_asks_for_tact_is_shown(memo):
    assert kinds(mail(MEANT[0][1]), contact(memos=(Memo(memo),))) == {"delicate"}


def test_a_contact_on_hold_is_named():
    person = contact(fields={"on_hold": Field("yes", "yes"), "first_name": Field("Bob", "Bob")})

    assert kinds(mail(MEANT[0][1]), person) == {"delicate"}


def test_it_warns_and_holds_only_where_it_is_told_to():
    made = mail("Hello,\n\nI enjoyed the roof.\n\nAda Obi")

    assert [each.severity for each in check_sincerity(made, contact(), today=TODAY)] == [Severity.WARN]
    assert [each.severity for each in check_sincerity(made, contact(), today=TODAY, hold=True)] == [Severity.HOLD]
    assert check_sincerity(made, contact(), today=TODAY, quiet={"nobody-greeted"}) == []


def test_marketing_may_sell():
    assert kinds(mail(HOLLOW[2][1], kind="marketing")) == set()


def test_a_mail_from_the_firm_need_not_be_signed_by_a_person():
    made = mail("Dear Bob,\n\nThe office is closed on Friday.\n\nHarbour & Vale", from_="Harbour & Vale <h@x.example>")

    assert kinds(made) == set()
