"""What a template makes of a contact."""

import dataclasses
from datetime import date, datetime
from decimal import Decimal

import pytest

from mailer.errors import TemplateError
from mailer.model import Edit, Severity
from mailer.templates import load, sealed
from tests.factories import contact
from tests.workshop import ADA, FIRM, NOW, bob, fields, kinds, render, rendered, write


def test_markdown_gives_html_and_its_own_text(tmp_path):
    made = rendered(tmp_path, "Dear {{ first_name }},\n\nthank **you** for [this](https://a.example/).\n")

    assert made.draft.text == "Dear Bob,\n\nthank you for this (https://a.example/).\n"
    assert "<strong>you</strong>" in made.draft.html
    assert made.problems == ()


def test_a_cell_is_never_template_markdown_or_html(tmp_path):
    person = bob(remark="{{ 7*7 }} **x** <script>alert(1)</script>")

    made = rendered(tmp_path, "{{ remark }}", person)

    assert made.draft.text == "{{ 7*7 }} **x** <script>alert(1)</script>\n"
    assert "{{ 7*7 }} **x** &lt;script&gt;alert(1)&lt;/script&gt;" in made.draft.html


def test_a_line_break_in_a_cell_is_one_in_the_mail(tmp_path):
    made = rendered(tmp_path, "{{ remark }}", bob(remark="One\r\nTwo"))

    assert made.draft.text == "One\nTwo\n"
    assert "One<br>\nTwo" in made.draft.html


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2027-02-27", "30 years, 30 years ago"),
        ("2027-02-28", "31 years, 31 years ago"),
        ("2027-03-01", "31 years, 31 years ago"),
        ("2028-02-28", "31 years, 31 years ago"),
        ("2028-02-29", "32 years, 32 years ago"),
    ],
)
def test_who_came_on_a_29_february_is_a_year_longer_with_us_on_the_28th_where_there_is_none(tmp_path, today, said):
    words = "{{ joined | years }} years, {{ joined | ago }}"
    noon = datetime.fromisoformat(f"{today}T12:00:00+00:00")
    made = rendered(tmp_path, words, bob(joined=date(1996, 2, 29)), now=noon)
    assert made.draft.text == f"{said}\n"


def test_an_empty_cell_holds_the_draft_and_names_the_field_and_row(tmp_path):
    made = rendered(tmp_path, "For {{ project }}.", bob(project=None))

    (problem,) = made.problems
    assert (problem.kind, problem.severity) == ("empty-field", Severity.HOLD)
    assert "“project” is empty" in problem.what
    assert "row 2" in problem.where


def test_default_and_if_answer_for_an_empty_cell(tmp_path):
    body = "{{ project | default('your work') }}{% if project %} and {{ project }}{% endif %}."

    made = rendered(tmp_path, body, bob(project=None))

    assert made.draft.text == "your work.\n"
    assert made.problems == ()


def test_an_unknown_name_is_an_error_with_the_nearest_column(tmp_path):
    made = rendered(tmp_path, "Dear {{ firstname }},")

    (problem,) = made.problems
    assert problem.kind == "unknown-field"
    assert "note.md, line 4" in problem.what
    assert "did you mean “first_name”?" in problem.what


def test_an_unknown_name_in_an_if_is_an_error_too(tmp_path):
    assert kinds(rendered(tmp_path, "{% if nickname %}x{% endif %}")) == ["unknown-field"]


def test_a_well_known_column_may_be_asked_for_where_the_sheet_has_none(tmp_path):
    made = rendered(tmp_path, "{% if personal_line %}{{ personal_line }}{% else %}Thanks.{% endif %}")

    assert made.draft.text == "Thanks.\n"


def test_the_branches_taken_are_recorded(tmp_path):
    body = "{% if years > 5 %}long{% elif years > 1 %}some{% else %}new{% endif %}{% if not owner %}.{% endif %}"

    def taken(years):
        return rendered(tmp_path, body, bob(years=years)).draft.branches

    assert taken(7) == ("if years > 5", "if not owner")
    assert taken(3) == ("not (years > 5)", "if years > 1", "if not owner")
    assert taken(1) == ("not (years > 5)", "not (years > 1)", "if not owner")


def test_copies_and_reply_to_are_addresses_from_cells(tmp_path):
    front = 'subject: "x"\ncc: "{{ assistant | default(\'\') }}"\nreply_to: team@h.example'

    made = rendered(tmp_path, "x", bob(assistant="A <a@x.example>; b@x.example"), front=front)

    assert made.draft.cc == ("a@x.example", "b@x.example")
    assert made.draft.reply_to == ("team@h.example",)
    assert kinds(render(tmp_path, bob(assistant="nobody"))) == ["bad-address"]


def test_the_language_of_the_contact_chooses_the_variant_with_fallback(tmp_path):
    write(tmp_path, "Hello {{ day | date }}")
    write(tmp_path, "Bonjour {{ day | date }}", name="note.fr.md")

    def text(language):
        person = dataclasses.replace(bob(day=date(2026, 3, 1)), language=language)
        return render(tmp_path, person).draft.text

    assert text("fr-CA") == "Bonjour 1 mars 2026\n"
    assert text("de") == text("") == "Hello 1 March 2026\n"
    assert text("en-US") == "Hello March 1, 2026\n"


def test_filters_work_on_the_value_behind_what_excel_shows(tmp_path):
    person = bob(
        since=("45000", date(2020, 3, 4)), amount=("1200.5", Decimal("1200.5")), share=("0", 0.125), years=("3", 3)
    )
    body = (
        "{{ since }} {{ since | date('MMMM yyyy') }} {{ since | ago }} {{ amount | money('EUR') }} "
        "{{ amount | money }} {{ amount | number(2) }} {{ share | percent }} {{ years | ordinal }} "
        "{{ amount * 2 }} {{ 0.1 + 0.2 }} "
        "{{ ['a', 'b', first_name] | join_and }} {{ 'Dr. Ann Obi' | first }} {{ 'ANN O\\'BRIEN' | title_name }}"
    )

    assert rendered(tmp_path, body, person).draft.text == (
        "45000 March 2020 6 years ago €1,200.50 £1,200.50 1,200.50 12.5% 3rd 2,401 0.3 a, b and Bob Ann Ann O'Brien\n"
    )


@pytest.mark.parametrize(
    "body", ["{{ word | date }}", "{{ word | money('EUR') }}", "{{ now > word }}", "{{ none }}", "{{ true }}"]
)
def test_what_cannot_be_said_holds_the_draft(tmp_path, body):
    made = rendered(tmp_path, body, bob(word="soon"))

    assert [problem.severity for problem in made.problems] == [Severity.HOLD]
    assert "Traceback" not in made.problems[0].what


def test_now_is_the_given_hour_in_the_firms_zone(tmp_path):
    assert rendered(tmp_path, "{{ now | date }} {{ today }}").draft.text == "25 November 2026 25 November 2026\n"


def test_a_loop_makes_one_list(tmp_path):
    made = rendered(tmp_path, "{% for word in ['a', 'b'] %}\n* {{ word }}\n{% endfor %}\n\nEnd.")

    assert made.draft.text == "- a\n- b\n\nEnd.\n"
    assert made.draft.html.count("<ul>") == 1


def test_an_edit_is_literal_and_wins(tmp_path):
    edit = Edit(personal_line="{{ 1 }} <b>", subject="{{ 2 }}", body=None)
    made = rendered(tmp_path, "{{ personal_line }}", edit=edit)
    assert (made.draft.text, made.draft.subject) == ("{{ 1 }} <b>\n", "{{ 2 }}")

    made = rendered(tmp_path, "x", edit=Edit(body="Dear **Bob**, {{ 7*7 }} {% if %} {# x #}"))
    assert made.draft.text == "Dear Bob, {{ 7*7 }} {% if %} {# x #}\n"
    assert "<strong>Bob</strong>, {{ 7*7 }}" in made.draft.html


def test_marketing_says_who_writes_and_how_to_leave(tmp_path):
    made = rendered(tmp_path, "News.", front='subject: "x"\nkind: marketing')

    assert "Harbour & Vale LLP, 12 Quay Street, Lagos" in made.draft.text
    assert "mailto:ada@harbourvale.example?subject=unsubscribe" in made.draft.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", "Bonjour 1 mars 2026"),
        ("fr-CA", "Bonjour 1 mars 2026"),
        ("en", "Dear 1 March 2026"),
        ("de", "Dear 1 March 2026"),
    ],
)
def test_an_empty_language_is_the_firms_and_everybody_elses_letter_is_no_mixture(tmp_path, language, words):
    write(tmp_path, "Dear {{ day | date }}")
    write(tmp_path, "Bonjour {{ day | date }}", name="note.fr.md")
    person = dataclasses.replace(bob(day=date(2026, 3, 1)), language=language)
    made = render(tmp_path, person, firm=FIRM.model_copy(update={"language": "fr"}))
    assert made.draft.text.strip() == words
    assert ('lang="fr"' in made.draft.html) is words.startswith("Bonjour")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", "If you would rather not"),
        ("de-AT", "Eine leere Mail genügt"),
        ("no", "tom e-post"),
        ("xx", "If you would"),
    ],
)
def test_a_personal_mail_says_how_to_leave_in_the_contacts_language_if_asked(tmp_path, language, words):
    write(tmp_path, "Thank you.")
    person = dataclasses.replace(bob(), language=language)
    template = load("note", tmp_path, firm=FIRM)
    ours = {"account_name": "ada", "account": ADA, "campaign": "c", "round": "1", "now": NOW}

    asked = template.render(person, **ours, unsubscribe=True).draft
    plain = template.render(person, **ours).draft

    assert words in asked.text
    assert words in asked.html
    assert "unsubscribe" not in plain.text + plain.html
    assert asked.digest != plain.digest


def test_joined_rows_are_people_and_rows(tmp_path):
    person = dataclasses.replace(bob(), members=(bob(amount=3), contact(fields=fields(first_name="Ann", amount=4))))
    body = "Dear {{ people | map(attribute='first_name') | join_and }}, {{ rows | sum('amount') }}"

    assert rendered(tmp_path, body, person).draft.text == "Dear Bob and Ann, 7\n"


def test_the_digest_covers_every_word_and_address_but_not_the_branches(tmp_path):
    draft = rendered(tmp_path, "x").draft

    for change in (
        {"subject": "y"},
        {"text": "y"},
        {"html": "y"},
        {"cc": ("a@b",)},
        {"from_": "y"},
        {"attachments": ()},
    ):
        different = sealed(dataclasses.replace(draft, **change)).digest != draft.digest
        assert different == (change != {"attachments": ()})
    assert sealed(dataclasses.replace(draft, branches=("x",))).digest == draft.digest


def test_two_firms_in_two_zones_have_each_its_own_now(tmp_path):
    here, there = FIRM, FIRM.model_copy(update={"timezone": "America/New_York"})
    shown = [rendered(tmp_path, "{{ now | date('d MMMM HH:mm') }}", firm=firm).draft.text for firm in (here, there)]
    assert shown == ["25 November 00:30\n", "24 November 18:30\n"]


def test_a_name_that_the_subject_sets_is_the_subjects_alone(tmp_path):
    front = "subject: \"{% set first_name = 'Eve' %}Hello {{ first_name }}\""
    draft = rendered(tmp_path, "Dear {{ first_name }}", front=front).draft
    assert (draft.subject, draft.text) == ("Hello Eve", "Dear Bob\n")
    assert "Dear Bob" in draft.html


def test_an_emptied_personal_line_is_as_empty_as_an_empty_cell(tmp_path):
    body = "{% if personal_line %}{{ personal_line }}{% else %}Thanks.{% endif %}"

    assert rendered(tmp_path, body, bob(personal_line="Old."), edit=Edit(personal_line="")).draft.text == "Thanks.\n"


def test_a_template_in_one_language_alone_says_which_file_is_missing(tmp_path):
    write(tmp_path, "Bonjour", name="note.fr.md")
    with pytest.raises(TemplateError, match="“note” is written in fr only") as refused:
        load("note", tmp_path, firm=FIRM)
    assert "templates/note.md" in refused.value.cure
