"""Ready campaigns into config.yaml: every other line stays as it is."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailer.config import read
from mailer.config.adding import add, inserted, recipes
from mailer.errors import ConfigError, UsageError
from mailer.when import describe, dues, office
from mailer.when.rounds import Facts

ROOT = Path(__file__).parents[2]

SMALL = """firm: {name: X}
accounts:
  ada: {from: Ada <ada@x.example>, owners: [Ada], outbox: out}   # she writes
contacts:
  clients: {file: c.xlsx}
  team: {file: t.xlsx, audience: staff}
"""


@pytest.fixture
def path(tmp_path):
    """The example's config.yaml, to write into."""
    return Path(shutil.copy(ROOT / "config.example.yaml", tmp_path / "config.yaml"))


@pytest.mark.parametrize("name", sorted(recipes()))
def test_every_recipe_fits_the_example_and_leaves_the_rest_byte_by_byte(path, name):
    before = path.read_text(encoding="utf-8")
    assert add(path, name) == list(recipes()[name].campaigns)
    after = path.read_text(encoding="utf-8")
    start = next(at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    assert after[:start] + after[start + len(after) - len(before) :] == before
    assert set(recipes()[name].campaigns) <= set(read(path).campaigns)


def test_a_file_that_is_a_link_stays_one_and_keeps_its_rights(path):
    shared = path.rename(path.with_name("shared.yaml"))
    shared.chmod(0o640)
    path.symlink_to(shared)
    add(path, "care-week")
    assert path.is_symlink()
    assert shared.stat().st_mode & 0o777 == 0o640
    assert set(recipes()["care-week"].campaigns) <= set(read(shared).campaigns)


@pytest.mark.parametrize("name", sorted(recipes()))
def test_every_recipe_names_a_template_that_is_shipped(name):
    for campaign in recipes()[name].campaigns.values():
        assert (ROOT / "templates" / f"{campaign['template']}.md").is_file()


def test_what_is_written_looks_as_a_person_would_write_it(path):
    for name in ("care-week", "staff-thanks", "keep-in-touch"):
        add(path, name)
    text = path.read_text(encoding="utf-8")
    assert "  care-week-staff:\n    # Monday, thanks to the people of the house\n    contacts: team\n" in text
    assert "    in_turn: true\n" in text
    assert "    at_a_time: 5\n" in text


def test_care_week_is_the_first_full_week_of_october_every_year(path):
    add(path, "care-week")
    config = read(path)
    firm = office(config.firm)
    days = {}
    for name in recipes()["care-week"].campaigns:
        plan = config.campaigns[name]
        found = dues(
            plan,
            Facts(zone="Africa/Lagos"),
            firm,
            after=datetime(2026, 1, 1, tzinfo=UTC),
            until=datetime(2028, 1, 1, tzinfo=UTC),
        )
        days[name] = [f"{due.at:%Y-%m-%d %a}" for due in found]
    assert list(days.values()) == [
        ["2026-10-05 Mon", "2027-10-04 Mon"],
        ["2026-10-06 Tue", "2027-10-05 Tue"],
        ["2026-10-07 Wed", "2027-10-06 Wed"],
        ["2026-10-08 Thu", "2027-10-07 Thu"],
        ["2026-10-09 Fri", "2027-10-08 Fri"],
    ]


def test_what_stands_there_already_is_left_alone(path):
    add(path, "birthdays")
    once = path.read_text(encoding="utf-8")
    assert add(path, "birthdays") == []
    assert path.read_text(encoding="utf-8") == once


def test_a_config_without_campaigns_gets_its_first(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert add(path, "keep-in-touch") == ["keep-in-touch"]
    assert describe(read(path).campaigns["keep-in-touch"].when, "UTC").startswith("when nobody has been in touch")
    assert path.read_text(encoding="utf-8").startswith(SMALL)


@pytest.mark.parametrize("section", ["campaigns:\n", "campaigns:   # none yet\n"])
def test_an_empty_section_is_filled(tmp_path, section):
    path = tmp_path / "config.yaml"
    path.write_text(section + SMALL, encoding="utf-8")
    add(path, "keep-in-touch")
    assert "keep-in-touch" in read(path).campaigns


def test_campaigns_on_one_line_are_refused_with_the_cure():
    with pytest.raises(ConfigError, match="on one line"):
        inserted("campaigns: {a: {template: x}}\n", ["b: 1\n"])


def test_a_recipe_for_staff_needs_staff(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(SMALL.replace("  team: {file: t.xlsx, audience: staff}\n", ""), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="audience: staff"):
        add(path, "care-week")
    assert path.read_text(encoding="utf-8") == before


def test_an_unknown_recipe_is_answered_with_those_there_are(path):
    with pytest.raises(UsageError) as caught:
        add(path, "easter")
    assert "`care-week`" in str(caught.value)
