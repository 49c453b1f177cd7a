"""The desk in a real browser: what a person sees and does, and what a hostile mail or page cannot."""

import pytest

from tests.browsers import PHONE, chromium, faults
from tests.desks import prepare, served_desk
from tests.workspaces import row


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def link(firm):
    firm.write_sheet([row(1), row(2), row(3, first_name=None)])
    prepare(firm)
    with served_desk(firm) as opened:
        yield opened


@pytest.fixture
def page(browser, link):
    """A browser window on the desk's first page, that must stay free of script errors."""
    context = browser.new_context()
    opened = context.new_page()
    errors = []
    opened.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 (playwright takes no builtin)
    opened.goto(link)
    yield opened
    context.close()
    assert errors == []


PAGES = ["/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        page.goto(path_of(page, path))
        assert faults(page) == [], path


def test_no_page_is_wider_than_a_phone(page):
    page.set_viewport_size(PHONE)
    for path in PAGES:
        page.goto(path_of(page, path))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_a_foreign_page_that_posts_to_the_desk_is_refused(page, link):
    desk = link.partition("/open/")[0]
    foreign = page.context.new_page()
    foreign.set_content(f'<form method="post" action="{desk}/"><button>Win a prize</button></form>')
    with foreign.expect_navigation() as told:
        foreign.get_by_role("button").click()
    assert told.value.status == 403


def path_of(page, path: str) -> str:
    scheme, _, rest = page.url.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}{path}"
