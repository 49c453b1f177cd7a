"""Drafts to look at: alike ones together, odd ones first, on one page that can do no harm."""

import re

import pytest

from mailer.model import Attachment, Memo, Problem, Severity
from mailer.preview import Shown, grouped, odd_ones, page, write_page
from tests.factories import draft

HELD = Problem("row 2", "“project” is empty.", "Fill in the cell.", Severity.HOLD, "empty-field")


def shown(name="Bob", *, branches=(), text="Dear Bob,\n\nthank you.\n", **changes):
    return Shown(draft(branches=branches, text=text), name=name, **changes)


def test_drafts_are_grouped_by_branches_the_largest_group_first():
    drafts = [shown("A", branches=("if x",)), shown("B"), shown("C", branches=("if x",))]

    assert [(group.branches, [each.name for each in group.drafts]) for group in grouped(drafts)] == [
        (("if x",), ["A", "C"]),
        ((), ["B"]),
    ]


def test_the_odd_ones_are_named_with_their_reasons_and_the_held_come_first():
    usual = [shown(f"U{n}", branches=("if x",), facts={"city": "Lagos"}) for n in range(20)]
    odd = [
        shown("Long", branches=("if x",), text="x" * 900, facts={"city": "Lagos"}),
        shown("Short", branches=("if x",), text="x", facts={"city": "Lagos"}),
        shown("Empty", branches=("if x",), facts={"city": ""}),
        shown("Rare", branches=("not x",), facts={"city": "Lagos"}),
        shown("Held", branches=("if x",), problems=(HELD,), facts={"city": "Lagos"}),
    ]

    found = {each.shown.name: each.reasons for each in odd_ones(usual + odd)}

    assert found == {
        "Held": ("must be mended",),
        "Long": ("the longest",),
        "Short": ("the shortest",),
        "Empty": ("empty: city",),
        "Rare": ("rare: not x",),
    }
    assert next(iter(found)) == "Held"


def test_a_problem_that_few_others_have_is_odd_and_one_that_most_have_is_not():
    routine = Problem("row 2", "There is no personal line.", kind="no-personal-line")
    misspelt = Problem("row 3", "a@gmial.com looks misspelt.", kind="misspelt")
    heard = Problem("row 3", "Read by nobody.", severity=Severity.NOTE, kind="note")
    drafts = [shown(f"U{n}", problems=(routine,)) for n in range(9)]
    drafts.append(shown("Misspelt", problems=(routine, misspelt, heard)))
    assert [(each.shown.name, each.reasons) for each in odd_ones(drafts)] == [
        ("Misspelt", ("a@gmial.com looks misspelt",))
    ]


def test_among_two_drafts_only_a_held_one_is_odd():
    assert odd_ones([shown(text="x"), shown(text="xx")]) == []


def test_every_draft_stands_on_the_page_once():
    drafts = [shown(f"Person {n}", text="x" * n) for n in range(12)]

    html = page(drafts, title="thank-you")

    assert all(html.count(f"<b>Person {n}</b>") == 1 for n in range(12))
    assert "12 drafts" in html


def test_the_page_runs_nothing_and_fetches_nothing():
    evil = draft(html='<script>alert(1)</script><img src="https://x.example/p.gif">', subject="</title><script>")
    evil_name = '"><script>alert(2)</script>'

    html = page([Shown(evil, name=evil_name, facts={"a": "<b>"}, memos=(Memo("<i>"),))], title="<script>")

    assert "<script" not in html
    assert "default-src 'none'" in html
    assert re.findall(r"<iframe([^>]*?) style", html) == [' sandbox loading=lazy title="The mail"']
    assert not re.search(r"""(?:src|href)=["']?https?:""", html)


def test_inline_images_travel_in_the_page():
    image = Attachment("a.png", "d1", 3, "image/png", "c1@inline")
    made = draft(html='<img src="cid:c1@inline">', attachments=(image,))

    assert "data:image/png;base64,UE5H" in page([Shown(made, attachments={"d1": b"PNG"})], title="x")


def test_the_page_is_written_whole_into_a_new_folder(tmp_path):
    path = write_page([shown()], tmp_path / "out" / "preview", title="thank-you")

    assert path.name == "index.html"
    assert [each.name for each in path.parent.iterdir()] == ["index.html"]
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_a_page_that_cannot_be_put_in_its_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "index.html").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_page([shown()], tmp_path, title="thank-you")

    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


def test_problems_and_memos_stand_beside_the_mail():
    html = page([shown(problems=(HELD,), memos=(Memo("Sends tea."),))], title="x")

    assert "“project” is empty." in html
    assert "Fill in the cell." in html
    assert "Sends tea." in html
