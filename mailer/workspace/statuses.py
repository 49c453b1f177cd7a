"""The status workbooks of a campaign: what the ledger knows, beside each sheet its people come from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.addresses import identity
from mailer.campaigns.preparing import campaign_of
from mailer.contacts.status import Outcome, write_status
from mailer.ledger import listing
from mailer.ledger.listing import Entry
from mailer.model import Status
from mailer.workspace.opening import Workspace


def write_statuses(workspace: Workspace, name: str) -> list[Path]:
    """Write `….status.xlsx` beside each sheet of a campaign; gives the paths that were written."""
    campaign = campaign_of(workspace.config, name)
    with workspace.ledger_of(name).read() as tx:
        entries = listing.entries(tx, campaign=name)
    outcomes = _outcomes(entries, ZoneInfo(workspace.config.firm.timezone))
    return [
        write_status(
            source,
            workspace.config.contacts[source],
            workspace.folder,
            outcomes,
            firm=workspace.config.firm,
            today=workspace.today,
        )
        for source in campaign.contacts
    ]


def _outcomes(entries: Iterable[Entry], zone: ZoneInfo) -> dict[str, Outcome]:
    """Address → what became of its latest mail."""
    return {identity(entry.address): _outcome(entry, zone) for entry in entries}


def _outcome(entry: Entry, zone: ZoneInfo) -> Outcome:
    at = entry.sent_at or entry.due_at
    held = "; ".join(problem.what for problem in entry.problems if entry.status is Status.DRAFT)
    return Outcome(
        state=entry.status.value,
        at=at.astimezone(zone) if at else None,
        reason=entry.last_reply or held,
        subject=entry.subject,
        draft=f"draft {entry.id}",
    )
