"""docs/a-year-of-thanks.md and its picture ← a year in the example workspace, lived on a simulated clock.

`python scripts/year.py` types what the tutorial types on the days it says, keeps the schedule in between, and puts
what the commands print into the tutorial's blocks; some three minutes. The people who answer are made up, always the
same ones. With `--january` it lives the first days only, and says whether the page tells them as they are. The picture
needs Chromium.
"""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from click.testing import CliRunner

from mailer import campaigns
from mailer.cli import cli
from mailer.ledger import heard, listing, timing
from mailer.ledger.touches import REPLIED
from mailer.model import Status
from mailer.scheduling.running import Runner
from mailer.workspace import Clock, Workspace

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "a-year-of-thanks.md", DOCS / "a-year-of-thanks.png"
#: A Monday morning in Lagos.
FIRST = datetime(2027, 1, 4, 8, tzinfo=UTC)
LAST = datetime(2027, 12, 31, 16, tzinfo=UTC)
#: A block of the tutorial: its day, what is typed, what is printed.
BLOCK = re.compile(r"(<!-- (\d\d-\d\d) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
#: One in so many clients answers a mail.
ANSWERS = 4
SAID = (
    "Thank you, this made my week.",
    "How kind. I read it to my husband.",
    "You remembered! Let us have lunch.",
    "It means a lot that you wrote yourself.",
    "Thank you. I was thinking of you, too.",
)


class Year:
    """One firm's year: its folder, the world's clock, and whoever answers."""

    def __init__(self, folder: Path, world: time_machine.Traveller) -> None:
        self.world = world
        self.config = folder / "config.yaml"
        self.chance = random.Random(2027)  # noqa: S311 - no secret
        self.answers: list[tuple[datetime, int, str, int]] = []
        self.seen: set[int] = set()
        self.mailer("init", str(folder))
        self.clock = Clock(wait=world.shift)
        self.runner = self.opened()

    @property
    def now(self) -> datetime:
        """What the world's clock says."""
        return self.clock.now()

    def opened(self) -> Runner:
        """What keeps the schedule, with config.yaml as it now is."""
        return Runner(self.config, clock=self.clock)

    def mailer(self, *arguments: str) -> str:
        """What the command prints, typed at this moment."""
        found = ["--config", str(self.config)] if arguments[0] != "init" else []
        done = CliRunner().invoke(cli, [*found, *arguments], env={"COLUMNS": "120"}, catch_exceptions=False)
        return done.stdout

    def live_until(self, end: datetime) -> None:
        """Every working morning, and whenever a mail is due: look, say yes, send; answers come in between."""
        while self.now < end:
            self.runner.turn()
            self._say_yes(self.runner.workspace)
            self._hear(self.runner.workspace)
            self.world.move_to(min(end, self._next(self.runner.workspace)))

    def _next(self, workspace: Workspace) -> datetime:
        morning = (self.now + timedelta(days=1)).replace(hour=FIRST.hour, minute=0, second=0, microsecond=0)
        with workspace.ledger.read() as tx:
            queued = timing.timed(tx, [Status.QUEUED])
        due = [queued[0].due_at + timedelta(minutes=30)] if queued else []
        return max(self.now + timedelta(minutes=1), min([morning, *due]))

    def _say_yes(self, workspace: Workspace) -> None:
        with workspace.ledger.read() as tx:
            waiting = listing.entries(tx, statuses=[Status.DRAFT])
        ready = [entry.id for entry in waiting if not entry.held]
        campaigns.approve(workspace.ledger, ready, who="you", now=self.now)

    def _hear(self, workspace: Workspace) -> None:
        """Some of those who were written to will answer within days; those whose day has come do."""
        with workspace.ledger.begin() as tx:
            for entry in listing.entries(tx, statuses=[Status.SENT]):
                if entry.id not in self.seen and self.chance.randrange(ANSWERS) == 0:
                    at = self.now + timedelta(hours=self.chance.randint(2, 70))
                    self.answers.append((at, entry.person, self.chance.choice(SAID), entry.id))
                self.seen.add(entry.id)
            for answer in [each for each in self.answers if each[0] <= self.now]:
                self.answers.remove(answer)
                at, person, words, mail = answer
                heard.note(tx, person, REPLIED, words, at=at, who="mailbox", delivery_id=mail)


def typed(block: str) -> Iterator[list[str]]:
    """The commands of a block, without the prompt and `mailer`."""
    for line in block.splitlines():
        if line.startswith("$ mailer "):
            yield shlex.split(line)[2:]


def played(year: Year, block: str) -> str:
    """The block as a terminal shows it: each command, and what it prints."""
    shown = []
    for arguments in typed(block):
        printed = year.mailer(*arguments)
        lines = [line.rstrip() for line in printed.splitlines()]
        shown += [f"$ mailer {shlex.join(arguments)}", *lines, ""]
    year.runner.close()
    year.runner = year.opened()
    return "\n".join(re.sub(r"\n{2,}", "\n\n", "\n".join(shown)).strip().splitlines()) + "\n"


def lived(page: str, folder: Path, *, until: str = "12-31") -> str:
    """The page with every block up to that day played anew."""
    with time_machine.travel(FIRST) as world:
        year = Year(folder, world)

        def play(match: re.Match[str]) -> str:
            head, day, block, foot = match.groups()
            if day > until:
                return match[0]
            year.live_until(datetime.fromisoformat(f"2027-{day}T09:00:00+00:00"))
            return head + played(year, block) + foot

        fresh = BLOCK.sub(play, page)
        if until == "12-31":
            year.mailer("report", "--html", str(folder / "report.html"))
        year.runner.close()
    return fresh


def photograph(page: Path) -> None:
    """The report as a picture, small enough to keep."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": 760, "height": 900})
        shown.goto(page.as_uri())
        shown.screenshot(path=PICTURE, full_page=True)
        browser.close()


def main(*, january: bool) -> str:
    """Live the year and write it down; of January alone, say what is wrong with the page."""
    written = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "our-year"
        os.environ["XDG_STATE_HOME"] = f"{place}/state"
        if january:
            fresh = lived(written, folder, until="01-31")
            return "" if fresh == written else f"{PAGE.name} is out of date: python scripts/year.py"
        PAGE.write_text(lived(written, folder), encoding="utf-8")
        photograph(folder / "report.html")
    return ""


if __name__ == "__main__":
    sys.exit(main(january="--january" in sys.argv) or 0)
