"""Every page of a lived-in desk in a real browser: axe finds nothing, in light and dark, and a phone is wide enough."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.browsers import PHONE, chromium, faults
from tests.desks import serving
from tests.lived_in import PAGES, TODAY, at, live

ROOT = Path(__file__).parents[2]
WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lived")
    live(folder)
    with serving(lambda: at(TODAY, folder), folder / "config.yaml") as link, chromium() as browser:
        opened = browser.new_page()
        opened.goto(link)
        yield opened
        opened.close()


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page_in_light_and_dark_and_on_a_phone(page, name):
    page.set_viewport_size(WIDE)
    answer = page.goto(f"http://{page.url.split('/')[2]}{PAGES[name]}")
    assert answer.status == 200
    assert_usable(page)


def assert_usable(page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], scheme
    assert page.locator(".help").is_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults(page) == [], "phone"


def test_everybody_can_see_what_a_dropped_workbook_would_change(page, tmp_path):
    page.set_viewport_size(WIDE)
    page.goto(f"http://{page.url.split('/')[2]}{PAGES['sheet']}")
    newer = load_workbook(ROOT / "contacts" / "clients.xlsx")
    newer.active.delete_rows(4)
    newer.active.append(["C9999", "new@client.example"])
    newer.save(tmp_path / "newer.xlsx")
    page.set_input_files("#book", tmp_path / "newer.xlsx")
    page.get_by_role("button", name="See what would change", exact=True).click()
    page.wait_for_url("**/drop/**")
    assert_usable(page)
    page.get_by_role("button", name="No, keep the present one").click()


def test_the_months_are_turned_with_the_keyboard(page):
    page.set_viewport_size(WIDE)
    page.goto(f"http://{page.url.split('/')[2]}/schedule")
    page.keyboard.press("n")
    page.wait_for_url("**/schedule?month=2026-12")
    page.keyboard.press("p")
    page.wait_for_url("**/schedule?month=2026-11")
    page.keyboard.press("p")
    page.wait_for_url("**/schedule?month=2026-10")
    page.keyboard.press("t")
    page.wait_for_url("**/schedule")


def test_nothing_is_drawn_before_its_keys_work(page):
    held = []
    page.route("**/desk.js", lambda route: held.append(route))  # noqa: PLW0108 (playwright takes no builtin)
    page.goto(f"http://{page.url.split('/')[2]}/schedule", wait_until="commit")
    page.locator("#main").wait_for(state="attached")
    drawn = "new Promise(tell => { requestAnimationFrame(() => tell(true)); setTimeout(tell, 500, false) })"
    assert not page.evaluate(drawn)
    held[0].continue_()
    page.wait_for_load_state()
    assert page.evaluate(drawn)
    page.unroute("**/desk.js")


def test_a_finding_leads_to_its_words(page):
    page.goto(f"http://{page.url.split('/')[2]}{PAGES['email']}")
    framed = page.frame_locator("iframe").locator("mark").all_inner_texts()
    assert {"do not hesitate1", "reach out2", "special offer3"} <= set(framed)
    page.get_by_role("link", name="Words 3").click()
    assert page.locator("mark:target").inner_text() == "special offer3"
