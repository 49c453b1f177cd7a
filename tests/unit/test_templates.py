"""What a template makes of a contact."""

import dataclasses
import functools
import tempfile
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.config.models import Account
from mailer.errors import TemplateError
from mailer.model import Edit, Memo, Severity
from mailer.templates import load, names, sealed
from tests.factories import contact
from tests.workshop import ADA, FIRM, NOW, bob, fields, render, rendered, write


def kinds(made):
    return [problem.kind for problem in made.problems]


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


def test_a_memo_cannot_reach_a_mail(tmp_path):
    person = dataclasses.replace(bob(), memos=(Memo("divorced"),))

    for name in ("memos", "memo", "note", "notes"):
        assert kinds(rendered(tmp_path, f"{{{{ {name} }}}}", person)) == ["unknown-field"]


def test_the_branches_taken_are_recorded(tmp_path):
    body = "{% if years > 5 %}long{% elif years > 1 %}some{% else %}new{% endif %}{% if not owner %}.{% endif %}"

    def taken(years):
        return rendered(tmp_path, body, bob(years=years)).draft.branches

    assert taken(7) == ("if years > 5", "if not owner")
    assert taken(3) == ("not (years > 5)", "if years > 1", "if not owner")
    assert taken(1) == ("not (years > 5)", "not (years > 1)", "if not owner")


@pytest.mark.parametrize("word", ["lipsum()", "cycler(1)", "joiner()", "namespace(a=1)"])
def test_what_a_mail_needs_not_does_not_exist(tmp_path, word):
    assert kinds(rendered(tmp_path, f"{{{{ {word} }}}}")) == ["unknown-field"]


@pytest.mark.parametrize(
    "bomb",
    [
        '{{ "a" * 10**8 }}',
        '{{ "a" * 100000000 }}',
        '{{ "%0200000000d" % 1 }}',
        '{{ "{:>200000000}".format(1) }}',
        '{{ "a".ljust(200000000) }}',
        "{{ 9 ** 9 ** 9 }}",
        '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}',
        '{% for a in range(99999) %}A long line of words that goes on{% endfor %}',
        '{% set a = "x" * 1 %}{{ a }}',
        "{% set a = first_name %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
        "{% set a = first_name %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
        "{% set a %}xxxxxxxxxx{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
        "{% set a = first_name %}" + "{% set a = a|replace('o', a) %}" * 40 + "{{ a }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{{ first_name.__class__ }}",
        "{{ our.__init__.__globals__ }}",
        "{{ range(10**7) | list | length }}",
        "{{ (first_name ~ first_name) | map('upper') | join('x' ~ first_name) | replace('B', 'C' ) ~ 1/0 }}",
    ],
)  # fmt: skip
def test_a_template_that_wants_too_much_is_stopped(tmp_path, bomb):
    made = rendered(tmp_path, bomb)

    assert made.problems[0].kind in ("template-limit", "bad-value", "template-error")
    assert len(made.draft.text) < 100


@pytest.mark.parametrize("name", ["safe", "urlize", "tojson", "center", "format", "xmlattr", "batch"])
def test_filters_that_make_html_or_grow_do_not_exist(tmp_path, name):
    write(tmp_path, f"{{{{ first_name | {name} }}}}")

    with pytest.raises(TemplateError, match=r"note\.md, line 4: No filter named"):
        load("note", tmp_path, firm=FIRM)


@pytest.mark.parametrize("tag", ["include 'x'", "extends 'x'", "import 'x' as x", "from 'x' import y"])
def test_a_template_reads_no_other_template(tmp_path, tag):
    write(tmp_path, f"\n{{% {tag} %}}")

    with pytest.raises(TemplateError, match=r"note\.md, line 5: .* is not available"):
        load("note", tmp_path, firm=FIRM)


def test_a_syntax_error_names_file_and_line(tmp_path):
    write(tmp_path, "Hello\n\n{% if x %}\nnever closed")

    with pytest.raises(TemplateError, match=r"note\.md, line 6: "):
        load("note", tmp_path, firm=FIRM)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ('subject: "x"\nlayuot: y', "line 3: there is no key `layuot`; did you mean `layout`?"),
        ("subject: {{ x }}", "line 2: subject: "),
        ('subject: "x"\nkind: loud', "line 3: kind: "),
        ('subject: "x', "note.md, line "),
        ("- a\n- b", "line 2: the front matter is not `key: value` lines"),
        ("layout: letter", "there is no subject"),
        ('subject: "{{ x"', "line 2: "),
        ('subject: "x"\nlayout: missing', "line 3: there is no layout “missing”"),
        ('subject: "x"\nlayout: ../../etc', "line 3: there is no layout"),
    ],
)
def test_a_mistake_in_the_front_matter_is_named_with_its_line(tmp_path, front, message):
    write(tmp_path, "x", front=front)

    with pytest.raises(TemplateError) as caught:
        load("note", tmp_path, firm=FIRM)
    assert message in str(caught.value)


def test_a_missing_template_lists_those_that_are_there(tmp_path):
    write(tmp_path, "x", name="thanks.md")

    with pytest.raises(TemplateError) as caught:
        load("thank", tmp_path, firm=FIRM)
    assert "There are: thanks" in caught.value.cure
    assert names(tmp_path) == ["thanks"]


def test_the_subject_is_one_line_without_code(tmp_path):
    front = 'subject: "For {{ project }}"'
    evil = "a\r\nBcc: x@y\x00\u202egnp =?utf-8?q?=0ABcc:_x@y?=\u2028z\x85w"

    made = rendered(tmp_path, "x", bob(project=evil), front=front)

    assert made.draft.subject == "For a Bcc: x@ygnp = ?utf-8?q?=0ABcc:_x@y?= z w"
    assert kinds(made) == ["encoded-word"]


def test_the_name_in_to_is_cleaned_and_quoted(tmp_path):
    person = contact(name="O'Brien, Ann\r\nBcc: x")

    assert rendered(tmp_path, "x", person).draft.to == ('"O\'Brien, Ann Bcc: x" <bob@client.example>',)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JaVa\nscript:x", "data:text/html,x", "file:///etc", "page.html"]
)
def test_a_link_from_a_cell_must_lead_to_the_web_mail_or_telephone(tmp_path, link):
    made = rendered(tmp_path, "[here]({{ page }})", bob(page=link))

    assert kinds(made) == ["bad-value"]
    assert made.draft.html == ""


def test_a_link_may_be_made_of_cells(tmp_path):
    made = rendered(
        tmp_path, "[here]({{ page }}) [or](https://a.example/{{ page }})", bob(page="https://b.example/?a=1&b=2")
    )

    assert 'href="https://b.example/?a=1&amp;b=2"' in made.draft.html
    assert "here (https://b.example/?a=1&b=2)" in made.draft.text


def test_a_link_of_the_template_itself_is_refused_at_once(tmp_path):
    write(tmp_path, '<a href="javascript:x()">x</a>')

    with pytest.raises(TemplateError, match="is not a web, mail or telephone link"):
        load("note", tmp_path, firm=FIRM)


@pytest.mark.parametrize(
    "source", ["<script>x</script>", '<p onclick="x()">', "<iframe></iframe>", '<link href="x.css">']
)
def test_active_html_is_refused(tmp_path, source):
    write(tmp_path, source, name="note.html")

    with pytest.raises(TemplateError, match="does not work in mail"):
        load("note", tmp_path, firm=FIRM)


def test_a_picture_becomes_an_inline_image(tmp_path):
    path = write(tmp_path, "![](logo.png)")
    (path.parent / "logo.png").write_bytes(b"PNG")

    made = render(tmp_path)

    (image,) = made.draft.attachments
    assert f'src="cid:{image.content_id}"' in made.draft.html
    assert (image.name, image.media_type, made.attachments[image.digest]) == ("logo.png", "image/png", b"PNG")


def test_a_picture_may_be_named_by_a_cell(tmp_path):
    path = write(tmp_path, '<img src="{{ picture }}">')
    (path.parent / "bob.png").write_bytes(b"PNG")

    assert render(tmp_path, bob(picture="bob.png")).draft.attachments[0].name == "bob.png"
    assert kinds(render(tmp_path, bob(picture="../../secret.png"))) == ["bad-value"]


def test_an_attachment_is_found_per_contact(tmp_path):
    write(tmp_path, "x", front='subject: "x"\nattachments: ["invoices/{{ code }}.pdf"]')
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices" / "007.pdf").write_bytes(b"%PDF")

    made = render(tmp_path, bob(code="007"))

    assert [(each.name, each.size, each.content_id) for each in made.draft.attachments] == [("007.pdf", 4, "")]
    assert kinds(render(tmp_path, bob(code="008"))) == ["missing-attachment"]


@pytest.mark.parametrize("code", ["../../../etc/passwd", "/etc/passwd", "..", "a\x00b"])
def test_an_attachment_never_comes_from_outside_the_workspace(tmp_path, code):
    made = rendered(tmp_path, "x", bob(code=code), front='subject: "x"\nattachments: "{{ code }}"')

    assert kinds(made) == ["missing-attachment"]
    assert made.attachments == {}


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


def test_the_signature_of_the_account_closes_the_mail(tmp_path):
    write(tmp_path, "Ada Obi\\\n{{ our.name }}", name="signatures/ada.md", front="")
    (tmp_path / "templates/signatures/ada.md").write_text("Ada Obi\\\n{{ our.name }}", encoding="utf-8")
    account = Account.model_validate({**ADA.model_dump(by_alias=True), "signature": "templates/signatures/ada.md"})

    made = rendered(tmp_path, "Thank you.", account=account)

    assert made.draft.text == "Thank you.\n\nAda Obi\nHarbour & Vale LLP\n"
    assert "Harbour &amp; Vale LLP" in made.draft.html


def test_a_layout_frames_the_body_with_its_styles_inlined(tmp_path):
    path = write(tmp_path, "Hello.", front='subject: "x"\nlayout: card')
    (path.parent / "layouts").mkdir()
    style = "<style>p{color:red}@media (max-width:9px){p{color:blue!important}}</style>"
    layout = f"<html><head>{style}</head><body>{{{{ content }}}}</body></html>"
    (path.parent / "layouts" / "card.html").write_text(layout, encoding="utf-8")

    html = render(tmp_path).draft.html

    assert '<p style="color: red;">Hello.</p>' in html
    assert "@media" in html


def test_an_html_template_has_a_derived_text_or_a_twin(tmp_path):
    body = "<p>Dear {{ first_name }},</p><table>{% for a in [1, 2] %}<tr><td>{{ a }}</td></tr>{% endfor %}</table>"
    write(tmp_path, body, name="note.html")

    made = render(tmp_path)
    assert made.draft.text == "Dear Bob,\n\n1\n2\n"
    assert made.draft.html.count("<tr>") == 2

    (tmp_path / "templates" / "note.txt").write_text("Plainly, {{ first_name }}.", encoding="utf-8")
    assert render(tmp_path).draft.text == "Plainly, Bob.\n"


def test_a_text_template_has_no_html(tmp_path):
    write(tmp_path, "Dear {{ first_name }} <3", name="note.txt")

    assert (render(tmp_path).draft.text, render(tmp_path).draft.html) == ("Dear Bob <3\n", "")


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


def test_the_files_a_template_depends_on_are_known(tmp_path):
    path = write(tmp_path, "![](a.png)", front='subject: "x"\nattachments: "terms.pdf"')
    write(tmp_path, "x", name="note.fr.md")
    (path.parent / "a.png").write_bytes(b"x")
    template = load("note", tmp_path, firm=FIRM)

    template.render(bob(), account_name="ada", account=ADA, campaign="c", round="1", now=NOW)

    assert {each.name for each in template.files} == {"note.md", "note.fr.md", "a.png", "terms.pdf"}


def test_an_author_mistake_that_shows_only_with_a_row_holds_that_row(tmp_path):
    for body in (
        "{{ [1] | map }}",
        "{{ first_name() }}",
        "{{ 1 / 0 }}",
        "{{ 'x' | _image }}",
        "{% for a in 3 %}{% endfor %}",
    ):
        made = rendered(tmp_path, body)
        assert {(each.severity, each.where) for each in made.problems} == {
            (Severity.HOLD, "clients.xlsx › Clients › row 2")
        }


def test_a_mistake_in_a_layout_or_a_signature_is_named_there(tmp_path):
    path = write(tmp_path, "x")
    (path.parent / "layouts").mkdir()
    (path.parent / "layouts" / "letter.html").write_text("<p>\n{{ content }}{% if %}</p>", encoding="utf-8")

    with pytest.raises(TemplateError, match=r"letter\.html, line 2"):
        load("note", tmp_path, firm=FIRM)


def test_an_emptied_personal_line_is_as_empty_as_an_empty_cell(tmp_path):
    body = "{% if personal_line %}{{ personal_line }}{% else %}Thanks.{% endif %}"

    assert rendered(tmp_path, body, bob(personal_line="Old."), edit=Edit(personal_line="")).draft.text == "Thanks.\n"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_whatever_a_cell_holds_the_header_is_one_clean_line_and_the_mail_can_be_written(cell):
    template = _greeting()
    made = template.render(
        bob(remark=cell, name=cell), account_name="ada", account=ADA, campaign="c", round="1", now=NOW
    )

    for header in (made.draft.subject, *made.draft.to):
        assert "=?" not in header
        assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in header)
    assert f"{made.draft.text}{made.draft.html}".encode()
    if cell.strip() and not made.problems:
        assert "<script" not in made.draft.html


@functools.cache
def _greeting():
    folder = Path(tempfile.mkdtemp())
    write(folder, "Dear {{ remark | default('x') }},", front="subject: \"Hi {{ remark | default('x') }}\"")
    return load("note", folder, firm=FIRM)
