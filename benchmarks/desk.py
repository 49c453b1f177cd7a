"""Every page of a desk over 10,000 drafts, asked again and again: `python -m benchmarks.desk` prints each page's time.

What is counted behind a page (who is neglected, the outlook, the report, the groups of alike drafts) is waited for once,
and told apart as the time until it stands there.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks import firm

ROWS = 10_000
PORT = 8025
HOME = f"http://127.0.0.1:{PORT}"
#: What every page promises, in milliseconds.
PROMISED = 100
TIMES = 9
RULES = """
  birthdays: {contacts: clients, template: letter, from: office, when: {date: birthday, at: "09:00"}}
  monthly: {contacts: clients, template: letter, from: office, when: {every: month, on: first monday, at: "09:00"}}
"""
PAGES = {
    "Today": "/",
    "Neglected": "/neglected",
    "Campaigns": "/campaigns",
    "One campaign": "/campaigns/thanks",
    "Review, the list": "/review/thanks",
    "Review, its last page": "/review/thanks?page=200",
    "Review, a search": "/review/thanks?find=anna77",
    "Review, one draft": "/review/thanks/5000",
    "Contacts": "/contacts",
    "One sheet": "/contacts/clients",
    "A search in a sheet": "/contacts/clients?find=anna77",
    "One person": "/contacts/clients/5000",
    "Schedule": "/schedule",
    "Next month": "/schedule?month=2027-01",
    "Report": "/report",
}
#: What a page says while something is still being counted behind it.
COUNTING = re.compile(r"still being (?:counted|grouped)|has changed since this was")


@cache
def times() -> tuple[dict[str, float], dict[str, float]]:
    """Page → milliseconds when it is asked again; page → seconds until everything on it stood there the first time.

    The quickest of `TIMES`: what else the machine does is not the page's.
    """
    with firm.place() as folder, _asking(_workspace(folder)) as ask:
        first = {name: _settled(ask, path) for name, path in PAGES.items()}
        again = {name: min(_milliseconds(ask, path) for _ in range(TIMES)) for name, path in PAGES.items()}
    return again, first


def _workspace(folder: Path) -> Path:
    """10,000 drafts, from a sheet with birthdays, by a firm that promised to keep in touch."""
    firm.make(folder, rows=ROWS)
    rows = list(csv.reader((folder / "clients.csv").open(encoding="utf-8")))
    with (folder / "clients.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*rows[0], "birthday", "owner"])
        months = ("January", "March", "June", "September", "December")
        writer.writerows(
            [*row, f"{at % 28 + 1} {months[at % 5]}", f"Owner {at % 7}"] for at, row in enumerate(rows[1:])
        )
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace(
        "file: clients.csv}", "file: clients.csv, keep_in_touch: 90 days}"
    )
    config.write_text(text + RULES, encoding="utf-8")
    firm.mailer(folder, "campaigns", "prepare", "thanks")
    return folder


@contextmanager
def _asking(folder: Path) -> Iterator[Callable[[str], str]]:
    """What asks the desk's app for a page, as a browser that was let in."""
    from mailer.desk import make_app
    from mailer.desk.serving import TURN
    from mailer.workspace import Workspace

    sys.setswitchinterval(TURN)
    config = folder / "config.yaml"
    app, door = make_app(lambda: Workspace(config), config, PORT)
    client = app.test_client()

    def ask(path: str) -> str:
        answer = client.get(path, base_url=HOME)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path}: {answer.status}")
        return answer.get_data(as_text=True)

    ask(door.link.removeprefix(HOME))
    try:
        yield ask
    finally:
        app.extensions["desk"].close()


def _settled(ask: Callable[[str], str], path: str) -> float:
    started = time.perf_counter()
    while COUNTING.search(ask(path)):
        time.sleep(0.05)
    return time.perf_counter() - started


def _milliseconds(ask: Callable[[str], str], path: str) -> float:
    started = time.perf_counter()
    ask(path)
    return (time.perf_counter() - started) * 1000


def slowest() -> float:
    """The page that takes longest, in milliseconds."""
    return max(times()[0].values())


def main() -> int:
    """Print every page, and fail when one breaks the promise."""
    again, first = times()
    for name in PAGES:
        print(f"{name:<24}{again[name]:>8.1f} ms {first[name]:>8.2f} s until all stood there")
    return slowest() > PROMISED


if __name__ == "__main__":
    sys.exit(main())
