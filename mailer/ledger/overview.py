"""The ledger at one glance: what waits for a yes, by account, and what needs a decision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from mailer.ledger.listing import Entry, entries
from mailer.ledger.schema import deliveries, rounds, suppressions
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
    """The mails that need a decision, oldest first, so many of them.

    One that came back is settled when nothing more goes to its address.
    """
    silenced = select(suppressions.c.what)
    ids = tx.execute(
        select(deliveries.c.id)
        .where(deliveries.c.status.in_(UNDECIDED))
        .where(or_(deliveries.c.status != Status.BOUNCED, func.lower(deliveries.c.address).not_in(silenced)))
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return entries(tx, ids=ids.scalars())


def draft_ids(tx: Connection, campaign: str, text: str = "") -> list[int]:
    """The campaign's drafts in order, by id; those with `text` in their name, address or subject."""
    query = (
        select(deliveries.c.id)
        .join(rounds)
        .where(rounds.c.campaign == campaign, deliveries.c.status == Status.DRAFT)
        .order_by(deliveries.c.id)
    )
    if text:
        columns = (deliveries.c.name, deliveries.c.address, deliveries.c.subject)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return list(tx.execute(query).scalars())


def digests(tx: Connection, campaign: str) -> dict[int, str]:
    """Id → digest of the campaign's drafts: when it is the same, nothing that is shown of them has changed."""
    rows = tx.execute(
        select(deliveries.c.id, deliveries.c.digest)
        .join(rounds)
        .where(rounds.c.campaign == campaign, deliveries.c.status == Status.DRAFT)
        .order_by(deliveries.c.id)
    )
    return {draft_id: digest for draft_id, digest in rows}  # noqa: C416 (rows are not pairs to mypy)
