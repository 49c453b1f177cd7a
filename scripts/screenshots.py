"""build/screenshots/ ← every page of the desk of a firm that has lived: light, dark, and on a phone.

`python -m scripts.screenshots`; needs Chromium. To be looked at after a change of a page. With `--docs` the few that
the documentation shows are taken anew as well, into docs/pictures/.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browsers import FLAGS, PHONE
from tests.desks import serving
from tests.lived_in import PAGES, TODAY, at, live

ROOT = Path(__file__).parents[1]
WIDE = {"width": 1280, "height": 800}
#: The look → its colours and its window.
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE)}


#: What the documentation shows: picture → page; and the window it is taken in.
SHOWN, WINDOW = {"today": "today", "review": "email", "schedule": "next-month"}, {"width": 1080, "height": 720}


def main(*, docs: bool) -> None:
    """Let the firm live in a folder of its own, open its desk, and take its pictures."""
    with tempfile.TemporaryDirectory() as place:
        lived = Path(place)
        live(lived)
        with serving(lambda: at(TODAY, lived), lived / "config.yaml") as link, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            page = browser.new_page()
            page.goto(link)
            home = link.partition("/open/")[0]
            take_all(page, home, ROOT / "build" / "screenshots")
            if docs:
                take_shown(page, home, ROOT / "docs" / "pictures")
            browser.close()


def take_all(page: Page, home: str, folder: Path) -> None:
    """Every page in every look, as high as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PAGES.items():
        for look, (scheme, size) in LOOKS.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.goto(home + path)
            page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


def take_shown(page: Page, home: str, folder: Path) -> None:
    """What a first look shows of some of them."""
    folder.mkdir(parents=True, exist_ok=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WINDOW["width"], "height": WINDOW["height"]})
    for name, shown in SHOWN.items():
        page.goto(home + PAGES[shown])
        page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main(docs="--docs" in sys.argv)
