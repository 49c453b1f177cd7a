"""The pages hang together: every link leads somewhere, and every page has a heading and can be found."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
IDS = [path.relative_to(ROOT).as_posix() for path in PAGES]


def links(path: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_every_link_leads_somewhere(path):
    for link in links(path):
        if not link.startswith("https://"):
            target, _, anchor = link.partition("#")
            page = (path.parent / target).resolve() if target else path
            assert page.exists(), link
            assert not anchor or anchor in anchors(page), link


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_every_page_has_one_title(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(re.findall(r"^# .+$", text, re.MULTILINE)) == 1


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path.suffix == ".md" and path not in reached:
            reached.add(path)
            waiting += [(path.parent / link.partition("#")[0]).resolve() for link in links(path) if "//" not in link]
    assert set(PAGES) - reached <= {ROOT / "docs" / "README.md"}


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_no_page_uses_a_word_that_the_glossary_replaces(path):
    words = re.findall(
        r"\b(subscribers?|blacklist\w*|email blast|recipients? list)\b", path.read_text(encoding="utf-8")
    )
    assert path.name == "glossary.md" or words == []
