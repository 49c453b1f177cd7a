"""Debian's Chromium, headless, driven by playwright; and what axe-core has against a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; where none is installed its tests are skipped, but not in CI."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def faults(page: Page) -> list[str]:
    """What axe-core has against the page as it stands: rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def path_of(page: Page, path: str) -> str:
    """The address of a path on the site that the page is of."""
    scheme, _, rest = page.url.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}{path}"


def said(page: Page, words: str) -> None:
    """Wait for a page that says these words, whole: with its keys."""
    page.get_by_text(words).wait_for()
    page.wait_for_load_state()


def enter(page: Page, words: str, url: str) -> None:
    """Press Tab until the link or button of these words has the focus, then Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            page.keyboard.press("Enter")
            page.wait_for_url(url)
            return
    raise AssertionError(f"{words} cannot be reached with the keyboard")
