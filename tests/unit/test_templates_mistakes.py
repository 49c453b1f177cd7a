"""A template's mistakes are named with their file and line, and hold what they spoil."""

import pytest

from mailer.errors import TemplateError
from mailer.model import Severity
from mailer.templates import load, names
from tests.workshop import FIRM, rendered, write


def test_a_syntax_error_names_file_and_line(tmp_path):
    write(tmp_path, "Hello\n\n{% if x %}\nnever closed")

    with pytest.raises(TemplateError, match=r"note\.md, line 6: "):
        load("note", tmp_path, firm=FIRM)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ('subject: "x"\nlayuot: y', "line 3: there is no key `layuot`; did you mean `layout`?"),
        ("subject: {{ x }}", "line 2: subject: must be text."),
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


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{% if x %}\nHello", "note.md, line 4: the file ends, and a {% if … %} is not closed."),
        ("{% if x = 1 %}Hello{% endif %}", "note.md, line 4: one `=` compares nothing; write `==`."),
    ],
)
def test_a_slip_in_a_tag_is_told_in_the_words_of_who_writes_letters(tmp_path, body, message):
    write(tmp_path, body)
    with pytest.raises(TemplateError) as caught:
        load("note", tmp_path, firm=FIRM)
    assert str(caught.value) == message


def test_a_filter_behind_a_dot_is_told_how_it_is_written(tmp_path):
    (problem,) = rendered(tmp_path, "Dear {{ first_name.upper() }}").problems[:1]
    assert problem.what.endswith(
        "there is nothing behind the dot of “.upper”; a filter stands behind a bar: name | upper."
    )


def test_a_translation_is_of_the_same_kind_or_its_readers_could_not_leave(tmp_path):
    write(tmp_path, "News.", front='subject: "News"\nkind: marketing')
    write(tmp_path, "Nouvelles.", name="note.fr.md", front='subject: "Nouvelles"')

    with pytest.raises(TemplateError, match=r"note\.fr\.md, line 1: it is personal, and note\.md is marketing"):
        load("note", tmp_path, firm=FIRM)


def test_a_missing_template_names_the_nearest_that_is_there(tmp_path):
    write(tmp_path, "x", name="thanks.md")

    with pytest.raises(TemplateError) as caught:
        load("thank", tmp_path, firm=FIRM)
    assert "did you mean `thanks`?" in str(caught.value)
    assert caught.value.cure == "Correct the name, or begin it: mailer templates new thank"
    assert names(tmp_path) == ["thanks"]


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
