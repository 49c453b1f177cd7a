"""A new campaign on the desk: a form that writes config.yaml, and never a broken one."""

import html
import re

import pytest

from mailer.config import read
from tests.cared import make_caring
from tests.desks import open_desk
from tests.workspaces import TEMPLATE


def said(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def config(firm):
    """config.yaml of a firm that has the ready words."""
    make_caring(firm)
    for name in ("birthday", "year-end", "care-week-staff"):
        firm.write_template(TEMPLATE, f"{name}.md")
    return firm.folder / "config.yaml"


@pytest.fixture
def desk(firm, config):
    return open_desk(firm)


YEAR_END = {
    "name": "new-year",
    "contacts": ["clients", "team"],
    "template": "year-end",
    "from": "ada",
    "when.every": "year",
    "when.on": "15 december",
    "when.at": "10:00",
    "prepare": "7 days",
}


def make(desk, path="year-end/year-end", **changes):
    return desk.post(f"/start/{path}", YEAR_END | changes)


def test_the_ready_ones_are_listed_and_their_form_is_filled_in(desk):
    assert "A letter at the end of the year" in said(desk.get("/start"))
    shown = desk.get("/start/year-end/year-end").text
    assert 'value="10 december"' in shown
    assert "<option selected>year-end</option>" in shown


def test_it_is_written_behind_the_others_and_every_other_line_stays(desk, config):
    before = config.read_text(encoding="utf-8")
    answer = make(desk)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/campaigns/new-year")
    after = config.read_text(encoding="utf-8")
    start = next(at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    assert after[:start] + after[start + len(after) - len(before) :] == before
    made = read(config).campaigns["new-year"]
    assert (made.contacts, made.from_, f"{made.when.at:%H:%M}") == (("clients", "team"), "ada", "10:00")
    assert "new-year" in said(desk.get("/campaigns"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": "thanks"}, "name", "stands there already"),
        ({"name": "../x"}, "name", "letters, digits"),
        ({"contacts": []}, "contacts", "at least one"),
        ({"contacts": ["nobody"]}, "contacts", "no contacts are called nobody"),
        ({"template": "../secret"}, "template", "not in the templates folder"),
        ({"from": "eve"}, "from", "no account is called eve"),
        ({"when.on": "someday"}, "when.on", "someday"),
        ({"when.at": "25:99"}, "when.at", "25:99"),
        ({"prepare": "soon\n  review: none"}, "prepare", "soon"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(desk, config, changes, field, words):
    before = config.read_bytes()
    answer = make(desk, **changes)
    assert answer.status_code == 422
    beside = re.search(rf'id="wrong-{re.escape(field)}">([^<]*)<', answer.text)
    assert beside, said(answer)
    assert words in html.unescape(beside[1])
    assert config.read_bytes() == before


def test_a_column_that_no_sheet_has_is_said_beside_its_field(desk):
    form = {"name": "cake", "from": "owner:ada", "template": "birthday", "when.at": "09:00", "prepare": "5 days"}
    answer = make(desk, "birthdays/birthdays", **form, contacts=["clients"], **{"when.date": "birthday"})
    assert "None of these sheets has a column “birthday”." in said(answer)
    answer = make(desk, "birthdays/birthdays", **form, contacts=["team"], **{"when.date": "birthday"})
    assert answer.status_code == 303


def test_what_belongs_together_is_taken_together_and_once(desk, config):
    assert desk.post("/start/care-week/all").status_code == 303
    assert len([name for name in read(config).campaigns if name.startswith("care-week")]) == 5
    assert "These stand there already" in said(desk.post("/start/care-week/all", follow_redirects=True))


def test_a_ready_campaign_that_is_not_there_is_not_found(desk):
    assert desk.get("/start/easter/bunny").status_code == 404
    assert desk.post("/start/easter/all").status_code == 409
