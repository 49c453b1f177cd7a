"""docs/how-to/schedule.md: each recipe is lived through, and its first mail leaves when the page says."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.scheduled import Life, at

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "schedule.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^## (.+?)\n.*?```yaml\n(.+?)```\n\nFirst mail: \w+ (.+?)\n", PAGE, re.DOTALL | re.MULTILINE)

CLIENT = {"Birthday": "6 December", "Client since": "2020-12-12", "Years with us": "6", "Send at": "2026-12-05 14:15"}
CLIENT |= {"Last contact": "2026-08-26"}


def test_the_page_has_ten_recipes():
    assert len(RECIPES) == PAGE.count("```yaml") == 10


@pytest.mark.parametrize(("title", "keys", "promised"), RECIPES, ids=[title for title, _, _ in RECIPES])
def test_a_recipe_sends_when_it_says(tmp_path, title, keys, promised):
    life = Life(tmp_path, at("2026-11-23 12:00"))
    life.write_template(name="again.md")
    life.write_clients([CLIENT])
    life.write_config(recipe="")
    with (tmp_path / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("".join(f"    {line}\n" for line in keys.splitlines()))
    first_mail = datetime.strptime(promised, "%d %b %Y %H:%M")
    life.turn("2026-11-23 12:00")
    if "new" in keys:
        life.now = at("2026-11-22 12:00") + timedelta(days=1)
        life.write_clients([CLIENT, CLIENT])
        life.turn()
    else:
        life.turn(f"{max(first_mail - timedelta(days=2), datetime(2026, 11, 23, 13)):%Y-%m-%d %H:%M}")
    life.approve()
    life.turn(f"{first_mail - timedelta(minutes=1):%Y-%m-%d %H:%M}")
    assert life.sent == []
    life.turn(f"{first_mail + timedelta(minutes=1):%Y-%m-%d %H:%M}")
    assert [when for _, _, when in life.sent] == [f"{first_mail + timedelta(minutes=1):%Y-%m-%d %H:%M}"]
    life.restart()
