"""build/screenshots/ ← every page of the desk over the example material: light, dark, and on a phone.

`python scripts/screenshots.py [FOLDER]`; needs Chromium. To be looked at after a change of a page.
"""

# ruff: noqa: S603 (the command is our own)

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

MAILER = Path(sys.executable).with_name("mailer")
PAGES = {
    "today": "/",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/thank-you",
    "review": "/review/thank-you",
    "email": "/review/thank-you/1",
    "contacts": "/contacts/clients",
    "person": "/contacts/clients/2",
}
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
#: The look → its colours and its window.
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE)}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main(folder: Path) -> None:
    """Make a workspace of the examples, open its desk, and take every page in every look."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([MAILER, "init", place], check=True, stdout=subprocess.DEVNULL)
        run = [MAILER, "--config", f"{place}/config.yaml"]
        subprocess.run([*run, "campaigns", "prepare", "thank-you"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*run, "drafts", "approve", "2", "3", "5"], check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen([*run, "desk", "--no-browser"], stdout=subprocess.PIPE, text=True) as desk:
            try:
                take_all(_link(desk), folder)
            finally:
                desk.terminate()


def _link(desk: subprocess.Popen[str]) -> str:
    said = desk.stdout.readline() if desk.stdout else ""
    found = re.search(r"http\S+", said)
    if not found:
        raise SystemExit(f"The desk did not open: {said}")
    return found[0]


def take_all(link: str, folder: Path) -> None:
    """Every page in every look."""
    home = link.partition("/open/")[0]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.goto(link)
        for name, path in PAGES.items():
            page.goto(home + path)
            for look, (scheme, size) in LOOKS.items():
                take(page, folder / f"{name}-{look}.png", scheme, size)
        browser.close()


def take(page: Page, path: Path, scheme: str, size: dict[str, int]) -> None:
    """One picture."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "build" / "screenshots")
