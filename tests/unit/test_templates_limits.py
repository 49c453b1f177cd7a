"""What a template or a cell may not do: run code, read files, grow, or write a header or a link of its own."""

import dataclasses
import functools
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.errors import TemplateError
from mailer.model import Memo
from mailer.templates import load
from tests.factories import contact
from tests.workshop import ADA, FIRM, NOW, bob, kinds, rendered, write


def test_a_memo_cannot_reach_a_mail(tmp_path):
    person = dataclasses.replace(bob(), memos=(Memo("divorced"),))

    for name in ("memos", "memo", "note", "notes"):
        assert kinds(rendered(tmp_path, f"{{{{ {name} }}}}", person)) == ["unknown-field"]


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
        "{% set a = 9 %}" + "{% set a = a * a %}" * 40 + "{{ a }}",
        "{{ ([0] * 100000000000) | length }}",
        "{% set a = [0, 0] %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
        '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}',
        '{% for a in range(99999) %}A long line of words that goes on{% endfor %}',
        '{% set a = "x" * 1 %}{{ a }}',
        "{% set a = first_name %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
        "{% set a = first_name %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
        "{% set a %}xxxxxxxxxx{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
        "{% set a = first_name %}" + "{% set a = a|replace('o', a) %}" * 40 + "{{ a }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{{ '1e9999999' | int }}",
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
