"""Campaigns that are sent by hand: when a person last let one go, and which of them wait for that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select

from mailer.ledger import timing
from mailer.ledger.opening import Transaction
from mailer.ledger.schema import beats, deliveries, rounds
from mailer.model import Status

_LET_GO = "let go: "


def let_go(tx: Transaction, campaign: str, *, at: datetime) -> None:
    """Note that a person sends what is approved of a campaign until now; what is put off goes on by itself."""
    timing.beat(tx, _LET_GO + campaign, at=at)


def hold(tx: Transaction, campaign: str) -> None:
    """Take that back: nothing more of it goes by itself."""
    tx.execute(beats.delete().where(beats.c.what == _LET_GO + campaign))


def sent(tx: Transaction, campaigns: Collection[str], *, at: datetime, stopped: bool) -> None:
    """Note a send that a person began then: they let go what was approved, but not where they stopped the pass."""
    for campaign in campaigns:
        if stopped:
            hold(tx, campaign)
        else:
            let_go(tx, campaign, at=at)


def waiting(tx: Transaction, campaigns: Collection[str]) -> frozenset[str]:
    """Those of these campaigns of which first mails were approved since they were last let go."""
    newer = or_(beats.c.at.is_(None), deliveries.c.approved_at > beats.c.at)
    rows = tx.execute(
        select(rounds.c.campaign)
        .join_from(deliveries, rounds)
        .outerjoin(beats, beats.c.what == _LET_GO + rounds.c.campaign)
        .where(deliveries.c.status == Status.QUEUED, deliveries.c.step == 0, rounds.c.campaign.in_(campaigns), newer)
        .distinct()
    )
    return frozenset(rows.scalars())
