"""Mails whose time passed before they could go: a person sends them after all, or lets them go."""

from __future__ import annotations

from datetime import datetime

from mailer.campaigns.deciding import Decision, approve, reconsider
from mailer.ledger import listing, moves, timing
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger
from mailer.model import Status


def late_entries(ledger: Ledger, *, now: datetime, campaign: str | None = None) -> list[Entry]:
    """What is late: missed mails, and drafts whose time passed without a yes; what a rule never timed is not."""
    with ledger.read() as tx:
        found = listing.entries(tx, campaign=campaign, statuses=[Status.MISSED, Status.DRAFT])
        passed = timing.timed(tx, [Status.DRAFT], campaign=campaign, due_by=now)
    late = {mail.id for mail in passed if mail.now_at}
    return [entry for entry in found if entry.status is Status.MISSED or entry.id in late]


def catch_up(
    ledger: Ledger, campaign: str, *, who: str, now: datetime, round_name: str | None = None
) -> tuple[Decision, int]:
    """Send what is late at the next open hour; what nobody has approved yet still needs its yes.

    Returns what was queued, and how many drafts wait for a yes.
    """
    late = _of(ledger, campaign, round_name, now)
    missed = [entry for entry in late if entry.status is Status.MISSED]
    reconsider(ledger, [entry.id for entry in missed], who=who, now=now)
    approved = {entry.id: entry.digest for entry in missed if entry.approved_at and not entry.held}
    done = approve(ledger, approved, who=who, now=now, seen=approved)
    return done, len(late) - len(done.done)


def let_go(ledger: Ledger, campaign: str, *, who: str, now: datetime, round_name: str | None = None) -> Decision:
    """Drop what is late for good."""
    ids = [entry.id for entry in _of(ledger, campaign, round_name, now)]
    with ledger.begin() as tx:
        done = moves.move(tx, ids, Status.CANCELLED, at=now, who=who, note="too late, let go")
    return Decision(tuple(done))


def _of(ledger: Ledger, campaign: str, round_name: str | None, now: datetime) -> list[Entry]:
    found = late_entries(ledger, now=now, campaign=campaign)
    return [entry for entry in found if round_name in {None, entry.round}]
