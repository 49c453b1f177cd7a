"""build/screenshots/ ← every page of the desk of a firm that has lived: light, dark, and on a phone.

`python -m scripts.screenshots [FOLDER]`; needs Chromium. To be looked at after a change of a page.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browsers import FLAGS, PHONE
from tests.desks import serving
from tests.lived_in import PAGES, TODAY, at, live

WIDE = {"width": 1280, "height": 800}
#: The look → its colours and its window.
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE)}


def main(folder: Path) -> None:
    """Let the firm live in a folder of its own, open its desk, and take every page in every look."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        lived = Path(place)
        live(lived)
        with serving(lambda: at(TODAY, lived), lived / "config.yaml") as link:
            take_all(link, folder)


def take_all(link: str, folder: Path) -> None:
    """Every page in every look, whole."""
    home = link.partition("/open/")[0]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_page()
        page.goto(link)
        for name, path in PAGES.items():
            for look, (scheme, size) in LOOKS.items():
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.set_viewport_size({"width": size["width"], "height": size["height"]})
                page.goto(home + path)
                page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "build" / "screenshots")
