"""The ledger at one glance: what waits for a yes, by account, and what needs a decision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from mailer.ledger.drafts import Entry, entries
from mailer.ledger.schema import deliveries, rounds
from mailer.model import Status

#: Nothing happens to these until a person says what.
UNDECIDED = (Status.UNCONFIRMED, Status.FAILED, Status.BOUNCED, Status.MISSED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Drafts of one campaign that wait for a yes, from one account."""

    campaign: str
    account: str
    count: int
    #: How many of them something holds.
    held: int


def waiting(tx: Connection) -> list[Waiting]:
    """What waits for review, by campaign and account."""
    rows = tx.execute(
        select(rounds.c.campaign, deliveries.c.account, func.count(), func.sum(deliveries.c.held))
        .join_from(deliveries, rounds)
        .where(deliveries.c.status == Status.DRAFT)
        .group_by(rounds.c.campaign, deliveries.c.account)
        .order_by(rounds.c.campaign, deliveries.c.account)
    )
    return [Waiting(campaign, account, count, int(held)) for campaign, account, count, held in rows]


def undecided(tx: Connection, *, limit: int) -> list[Entry]:
    """The mails that need a decision, oldest first, so many of them."""
    return entries(tx, statuses=UNDECIDED, limit=limit)
