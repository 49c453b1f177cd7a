"""A firm that lives by its schedule, on a clock that a test moves."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as parsed
from pathlib import Path

from mailer import campaigns
from mailer.ledger import listing, people, schema
from mailer.ledger.listing import Entry
from mailer.model import Status
from mailer.scheduling.running import Pass, Runner
from mailer.workspace import Clock

HEAD = """
firm:
  name: Harbour & Vale LLP
  timezone: Africa/Lagos
  country: NG
accounts:
  office:
    from: Harbour & Vale <hello@harbourvale.example>
    %(account)s
contacts:
  clients:
    file: clients.csv
    keep_in_touch: 90 days
campaigns:
"""

TEMPLATE = "---\nsubject: Thank you, {{ first_name }}\n---\nDear {{ first_name }},\n\nthank you.\n\nAda\n"


#: Rules and hours as `write_config` takes them.
MONTHLY = "when: {every: month, on: first monday, at: '09:30'}"
OPEN = "hours: {days: mon-fri, from: '09:00', to: '17:00'}"


def at(text: str) -> datetime:
    """An instant, "2026-11-24 09:30" on Lagos' clock."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


class Life:
    """One firm's folder and its schedule; `now` is whatever the test says."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.account = "outbox: outbox/\n    per_minute: 100000\n    per_day: 100000"
        self.write_template()
        self._runner: Runner | None = None

    def write_template(self, text: str = TEMPLATE, name: str = "thanks.md") -> None:
        (self.folder / "templates").mkdir(exist_ok=True)
        (self.folder / "templates" / name).write_text(text, encoding="utf-8")

    def write_clients(self, rows: Iterable[Mapping[str, object]]) -> None:
        rows = [{"E-mail": f"client{n}@client.example", "First name": f"Bob{n}", **row} for n, row in enumerate(rows)]
        header = list(dict.fromkeys(name for row in rows for name in row))
        with (self.folder / "clients.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header)
            writer.writeheader()
            writer.writerows(rows)

    def write_config(self, **by_name: str) -> None:
        """Each campaign by its lines, `when: …; review: none`."""
        text = HEAD % {"account": self.account}
        for name, keys in by_name.items():
            text += f"  {name.replace('_', '-')}:\n    contacts: clients\n    template: thanks\n    from: office\n"
            text += "".join(f"    {key.strip()}\n" for key in keys.split(";") if key.strip())
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def read_clock(self) -> datetime:
        """A clock that moves a little whenever somebody looks at it."""
        self.now += timedelta(milliseconds=1)
        return self.now

    @property
    def runner(self) -> Runner:
        if self._runner is None:
            self._runner = Runner(self.folder / "config.yaml", clock=Clock(now=self.read_clock, wait=lambda _: None))
        return self._runner

    def restart(self) -> None:
        """As after a crash or a reboot: nothing is remembered but the ledger."""
        if self._runner:
            self._runner.close()
        self._runner = None

    def turn(self, when: str | None = None) -> Pass:
        """Move the clock and do one pass."""
        if when:
            self.now = at(when)
        return self.runner.turn()

    def days(self, first: str, last: str, clock: str = "09:31") -> None:
        """One pass on each day."""
        day, end = at(f"{first} {clock}"), at(f"{last} {clock}")
        while day <= end:
            self.now = day
            self.turn()
            day += timedelta(days=1)

    def entries(self, *statuses: Status, **conditions: object) -> list[Entry]:
        ledger = self.runner.workspace.ledger
        with ledger.read() as tx:
            return listing.entries(tx, statuses=statuses or None, **conditions)  # type: ignore[arg-type]

    def approve(self, *ids: int) -> None:
        chosen = ids or [entry.id for entry in self.entries(Status.DRAFT)]
        campaigns.approve(self.runner.workspace.ledger, chosen, who="ada", now=self.now)

    @property
    def sent(self) -> list[tuple[str, str, str]]:
        """(campaign, round, when on Lagos' clock) of every mail that left, in order."""
        lagos = timedelta(hours=1)
        gone = sorted(self.entries(Status.SENT), key=lambda entry: (entry.sent_at, entry.id))
        return [(entry.campaign, entry.round, f"{entry.sent_at + lagos:%Y-%m-%d %H:%M}") for entry in gone]

    @property
    def outbox(self) -> list:
        """The mails that were sent, in order."""
        mails = [
            message_from_bytes(each.read_bytes(), policy=parsed) for each in (self.folder / "outbox").glob("*.eml")
        ]
        return sorted(mails, key=lambda mail: (mail["Date"].datetime, mail["To"]))


def statuses(life: Life) -> list[tuple[str, str, str]]:
    """(campaign, round, status) of every mail there is."""
    return [(entry.campaign, entry.round, entry.status.value) for entry in life.entries()]


def heard(life: Life, address: str, kind: str = "heard") -> None:
    """Note that this person was heard from now."""
    with life.runner.workspace.ledger.begin() as tx:
        person = people.find(tx, address)[0]
        tx.execute(schema.history.insert().values(person_id=person, at=life.now, kind=kind))
