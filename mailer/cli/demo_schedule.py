"""`mailer demo --schedule`: some weeks of a firm's life on a fast clock; the mails go to the outbox folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer import campaigns
from mailer.cli.output import line
from mailer.ledger import listing, timing
from mailer.ledger.listing import Entry
from mailer.model import Status
from mailer.scheduling.running import Runner
from mailer.when import describe
from mailer.workspace import Clock, Workspace

#: A Monday; the weeks after it hold birthdays, a first Monday, a letter with its follow-up, and holidays.
FIRST = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEKS = 5

CAMPAIGNS = """
  birthdays:
    contacts: clients
    template: birthday
    from: {field: owner, otherwise: rehearsal}
    when: {date: birthday, at: "09:00"}
    hours: {days: mon-fri, from: "09:00", to: "17:00"}
    late: skip
  keep-in-touch:
    contacts: clients
    template: keep-in-touch
    from: rehearsal
    when: neglected
    at_a_time: 5
    hours: {days: mon-fri, from: "09:00", to: "17:00"}
    at_most: 1 per 30 days
  ask-for-a-story:
    contacts: clients
    where: years_with_us >= 5 and not on_hold
    template: success-story
    from: rehearsal
    when: {at: 2026-12-01 10:00}
    hours: {days: mon-fri, from: "09:00", to: "17:00"}
    spread: 2 hours
    follow_up:
      - {after: 10 working days, template: success-story-again}
"""


class _Clock:
    """A clock that its owner moves, and that ticks a little whenever somebody looks."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=10)
        return self.at


def live(place: Path, weeks: int = WEEKS) -> None:
    """Keep the schedule of a new workspace for some weeks, and tell what happens."""
    config = place / "config.yaml"
    before, heading, after = config.read_text(encoding="utf-8").partition("\ncampaigns:\n")
    config.write_text(before + heading + CAMPAIGNS + after, encoding="utf-8")
    clock = _Clock(FIRST)
    runner = Runner(config, rehearse=True, clock=Clock(now=clock.now, wait=lambda _: None))
    workspace = runner.workspace
    for name, campaign in workspace.config.campaigns.items():
        if campaign.when:
            line(f"  {name}: {describe(campaign.when, workspace.config.firm.timezone)}")
    told: dict[int, Status] = {}
    while clock.at < FIRST + timedelta(weeks=weeks):
        runner.turn()
        _tell(workspace, told)
        _say_yes(workspace)
        clock.at = max(clock.at, min(_next_due(workspace), _next_morning(clock.at)))
    runner.close()


def _next_morning(now: datetime) -> datetime:
    return now.replace(hour=FIRST.hour, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _next_due(workspace: Workspace) -> datetime:
    """A little after the next mail is due, so that its neighbours go along."""
    with workspace.ledger.read() as tx:
        queued = timing.timed(tx, [Status.QUEUED])
    return queued[0].due_at + timedelta(minutes=30) if queued else datetime.max.replace(tzinfo=UTC)


def _say_yes(workspace: Workspace) -> None:
    """The person at the desk approves what nothing holds."""
    with workspace.ledger.read() as tx:
        waiting = listing.entries(tx, statuses=[Status.DRAFT])
    ready = [entry.id for entry in waiting if not entry.held]
    campaigns.approve(workspace.ledger, ready, who="you", now=workspace.now)


def _tell(workspace: Workspace, told: dict[int, Status]) -> None:
    """One line for each campaign, round and status that has news."""
    zone = ZoneInfo(workspace.config.firm.timezone)
    with workspace.ledger.read() as tx:
        entries = listing.entries(tx)
    news: dict[tuple[str, str, int, Status], list[Entry]] = {}
    for entry in entries:
        if told.get(entry.id) != entry.status and entry.status is not Status.QUEUED:
            news.setdefault((entry.campaign, entry.round, entry.step, entry.status), []).append(entry)
        told[entry.id] = entry.status
    for (campaign, round_name, step, status), found in news.items():
        what = f"{campaign}, round {round_name}" + (", follow-up" if step else "")
        said = "drafts for you to read" if status is Status.DRAFT else status.value
        names = ", ".join(entry.name or entry.address for entry in found[:3]) + (" …" if len(found) > 3 else "")
        line(f"{workspace.now.astimezone(zone):%a %d %b %H:%M}  {what}: {len(found)} {said} ({names})")
