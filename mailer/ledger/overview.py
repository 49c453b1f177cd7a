"""The ledger at one glance: what waits for a yes, by account, what needs a decision, and what has gone on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, case, cast, func, or_, select

from mailer.ledger.listing import Entry, entries
from mailer.ledger.schema import deliveries, events, history, people, rounds, suppressions
from mailer.ledger.touches import REACHED
from mailer.model import LEFT, Status

#: Nothing happens to these until a person says what. What missed its time is decided by round: see `late`.
UNDECIDED = (Status.UNCONFIRMED, Status.FAILED, Status.BOUNCED)


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
        select(rounds.c.campaign, deliveries.c.account, func.count(), func.sum(cast(deliveries.c.held, Integer)))
        .join_from(deliveries, rounds)
        .where(deliveries.c.status == Status.DRAFT)
        .group_by(rounds.c.campaign, deliveries.c.account)
        .order_by(rounds.c.campaign, deliveries.c.account)
    )
    return [Waiting(campaign, account, count, held) for campaign, account, count, held in rows]


def undecided(tx: Connection, *, limit: int) -> list[Entry]:
    """The mails that need a decision, oldest first, so many of them.

    One that came back is settled when nothing more goes to its address, one that was refused when its words are gone:
    it cannot go any more.
    """
    silenced = select(suppressions.c.what)
    ids = tx.execute(
        select(deliveries.c.id)
        .where(deliveries.c.status.in_(UNDECIDED))
        .where(or_(deliveries.c.status != Status.BOUNCED, func.lower(deliveries.c.address).not_in(silenced)))
        .where(or_(deliveries.c.status != Status.FAILED, func.length(deliveries.c.words) > 0))
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
    return list(tx.execute(query).scalars().all())


def digests(tx: Connection, campaign: str) -> dict[int, str]:
    """Id → digest of the campaign's drafts: when it is the same, nothing that is shown of them has changed."""
    rows = tx.execute(
        select(deliveries.c.id, deliveries.c.digest)
        .join(rounds)
        .where(rounds.c.campaign == campaign, deliveries.c.status == Status.DRAFT)
        .order_by(deliveries.c.id)
    )
    return {row[0]: row[1] for row in rows.all()}


def place(tx: Connection, campaign: str, draft_id: int, *, beside: int) -> tuple[int, int, list[int]]:
    """Where a draft stands among the campaign's: how many before it and in all, and its neighbours with it."""
    drafts = (
        select(deliveries.c.id).join(rounds).where(rounds.c.campaign == campaign, deliveries.c.status == Status.DRAFT)
    )
    earlier, later = deliveries.c.id < draft_id, deliveries.c.id > draft_id
    counted = drafts.with_only_columns(func.count(), func.count(case((earlier, 1))))
    count, before = tx.execute(counted).one()
    near_before = tx.execute(drafts.where(earlier).order_by(deliveries.c.id.desc()).limit(beside)).scalars().all()
    near_after = tx.execute(drafts.where(later).order_by(deliveries.c.id).limit(beside)).scalars().all()
    return before, count, [*reversed(near_before), draft_id, *near_after]


@dataclass(frozen=True, slots=True)
class Late:
    """Mails of one round whose time has passed."""

    campaign: str
    round: str
    #: The earliest of them.
    due_at: datetime
    #: Approved, and missed.
    missed: int
    #: Never approved.
    drafts: int


def late(tx: Connection, *, now: datetime) -> list[Late]:
    """What is too late to go by itself, round by round: missed, or never approved before its time."""
    missed, draft = deliveries.c.status == Status.MISSED, deliveries.c.status == Status.DRAFT
    passed = and_(draft, deliveries.c.due_at < now, deliveries.c.now_at.is_not(None))  # what goes by hand has no time
    rows = tx.execute(
        select(
            rounds.c.campaign,
            rounds.c.name,
            func.min(deliveries.c.due_at, type_=deliveries.c.due_at.type),
            func.count(case((missed, 1))),
            func.count(case((draft, 1))),
        )
        .join_from(deliveries, rounds)
        .where(or_(missed, passed))
        .group_by(rounds.c.id)
        .order_by(rounds.c.id)
    )
    return [Late(campaign, name, due_at or now, *counts) for campaign, name, due_at, *counts in rows]


@dataclass(frozen=True, slots=True)
class Gone:
    """Mails of one round that left on one day."""

    #: Which of the days that were asked about, from 0.
    day: int
    campaign: str
    round: str
    step: int
    count: int
    #: One of their names, for a day that has only one.
    name: str


def gone(tx: Connection, midnights: Sequence[datetime]) -> list[Gone]:
    """What left on each of the days that lie between these midnights, one more than days."""
    begin, *rest = midnights
    day = case(*((deliveries.c.sent_at < midnight, at) for at, midnight in enumerate(rest)))
    rows = tx.execute(
        select(
            day.label("day"),
            rounds.c.campaign,
            rounds.c.name.label("round"),
            deliveries.c.step,
            func.count(),
            func.min(deliveries.c.name),
        )
        .join_from(deliveries, rounds)
        .where(deliveries.c.sent_at >= begin, deliveries.c.sent_at < rest[-1])
        .where(deliveries.c.status.in_(LEFT))
        .group_by(day, rounds.c.id, deliveries.c.step)
        .order_by(day, rounds.c.id, deliveries.c.step)
    )
    return [Gone(*row) for row in rows]


def mark_of_touches(tx: Connection) -> tuple[object, ...]:
    """Is the same as long as nobody was in touch, and nobody was silenced, met or forgotten."""
    reached = select(func.count(), func.max(deliveries.c.sent_at)).where(deliveries.c.status.in_(REACHED))
    counted = (select(func.count(), func.max(history.c.id)), select(func.count()).select_from(suppressions))
    return tuple(value for query in (reached, *counted) for value in tx.execute(query).one())


def mark_of_moves(tx: Connection) -> tuple[object, ...]:
    """Is the same as long as no mail was made, moved or forgotten."""
    counted = (select(func.count(), func.max(each.c.id)) for each in (deliveries, events))
    return tuple(value for query in counted for value in tx.execute(query).one())


def people_count(tx: Connection) -> int:
    """How many people the ledger knows."""
    number: int = tx.execute(select(func.count()).select_from(people)).scalar_one()
    return number
