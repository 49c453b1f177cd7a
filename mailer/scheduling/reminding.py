"""The digest: whoever must review is told what waits, once a day at most, by a mail that goes through the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.campaigns import approve
from mailer.campaigns.refreshing import REMINDERS
from mailer.config import Campaign
from mailer.ledger import drafts, people, rounds, timing
from mailer.ledger.opening import Ledger
from mailer.ledger.timing import Timed
from mailer.model import Contact, Draft, Source, Status
from mailer.templates.sealing import sealed
from mailer.workspace import Workspace


def remind(workspace: Workspace) -> int:
    """Write today's reminders that were not written yet; how many."""
    waiting: dict[tuple[str, bool], list[Timed]] = defaultdict(list)
    for name, campaign in workspace.config.campaigns.items():
        if campaign.notify:
            ledger = workspace.ledger_of(name)
            with ledger.read() as tx:
                found = timing.timed(tx, [Status.DRAFT, Status.MISSED], campaign=name)
            waiting[campaign.notify, workspace.is_rehearsal(name)] += found
    return sum(_write(workspace, address, mails) for (address, _), mails in waiting.items() if mails)


def _account(workspace: Workspace, campaign: Campaign) -> str:
    """The first account of a campaign, of those that send for real where some do."""
    names = workspace.config.accounts_of(campaign)
    return next((name for name in names if not workspace.config.accounts[name].outbox), names[0])


def _write(workspace: Workspace, address: str, mails: list[Timed]) -> bool:
    """Write and queue today's reminder; one that was written and not queued before a crash is queued now."""
    ledger = workspace.ledger_of(mails[0].campaign)
    now, today = workspace.now, f"{workspace.today}"
    person = _person(ledger, address, now)
    with ledger.begin() as tx:
        rounds.see_campaign(tx, REMINDERS, at=now)
        today_round = rounds.open_round(tx, REMINDERS, today, now=now)
        ids = [row.id for row in drafts.kept(tx, today_round.id, 0, [person]).values()]
        if not ids:
            ids = drafts.insert_new(tx, today_round.id, [_rendering(workspace, address, person, mails)], seen=1)
    return bool(approve(ledger, ids, who="notify", now=now).done)


def _rendering(workspace: Workspace, address: str, person: int, mails: list[Timed]) -> drafts.Rendering:
    account_name = _account(workspace, workspace.config.campaigns[mails[0].campaign])
    words = Draft(
        campaign=REMINDERS,
        round=f"{workspace.today}",
        account=account_name,
        from_=workspace.config.accounts[account_name].from_,
        to=(address,),
        subject="1 mail waits for your yes" if len(mails) == 1 else f"{len(mails)} mails wait for your yes",
        text=_text(workspace, mails),
        person=person,
    )
    return drafts.Rendering.of(sealed(words), (), Contact(address, address, source=Source("config.yaml", "", 0)))


def _person(ledger: Ledger, address: str, now: datetime) -> int:
    with ledger.begin() as tx:
        return people.identify(tx, [Contact(key=address, address=address)], at=now)[0]


def _text(workspace: Workspace, mails: list[Timed]) -> str:
    """One line for each campaign and round, soonest first."""
    zone = ZoneInfo(workspace.config.firm.timezone)
    groups: dict[tuple[str, str], list[Timed]] = defaultdict(list)
    for mail in sorted(mails, key=lambda each: each.due_at):
        groups[mail.campaign, mail.round].append(mail)
    lines = [
        f"- {name}, {round_name}: {len(group)}, due {group[0].due_at.astimezone(zone):%A %d %B, %H:%M}"
        for (name, round_name), group in groups.items()
    ]
    return "\n".join(
        ["These mails go out only after you have looked at them:", "", *lines, "", "Open the desk: mailer desk", ""]
    )
