"""What the schedule remembers: when it last looked, who was met when, what waits past its time, who heard from us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, literal, or_, select, update

from mailer.ledger.moves import batches
from mailer.ledger.opening import Transaction
from mailer.ledger.schema import beats, beside, deliveries, history, members, rounds, sightings
from mailer.ledger.touches import HEARD, REPLIED, touches_together
from mailer.model import LEFT, PENDING, Status

#: Kinds of history that mean: they have been in touch with us, or we with them.
_IN_TOUCH = (REPLIED, HEARD)


def beat(tx: Transaction, what: str, *, at: datetime) -> None:
    """Note that this was done now."""
    if not tx.execute(update(beats).where(beats.c.what == what).values(at=at)).rowcount:
        tx.execute(beats.insert().values(what=what, at=at))


def last_beat(tx: Transaction, what: str) -> datetime | None:
    """When this was last done; None for never."""
    return tx.execute(select(beats.c.at).where(beats.c.what == what)).scalar()


def meet(tx: Transaction, campaign: str, persons: Iterable[int], *, at: datetime) -> dict[int, datetime]:
    """When a campaign first met each of these people: now, for those it had never met."""
    wanted = set(persons)
    known = {
        row.person_id: row.at
        for batch in batches(wanted)
        for row in tx.execute(
            select(sightings.c.person_id, sightings.c.at).where(
                sightings.c.campaign == campaign, sightings.c.person_id.in_(batch)
            )
        )
    }
    new = [{"campaign": campaign, "person_id": person, "at": at} for person in sorted(wanted - known.keys())]
    if new:
        tx.execute(sightings.insert(), new)
    return known | {row["person_id"]: at for row in new}


def heard_at(tx: Transaction, groups: Sequence[Sequence[int]]) -> dict[int, datetime]:
    """First of each group → its clock: the latest of our last mail, a reply, and a contact noted by hand of anyone."""
    together = zip(groups, touches_together(tx, groups), strict=True)
    return {group[0]: known[-1].at for group, known in together if known}


def last_turns(tx: Transaction, campaign: str, *, other_than: str) -> dict[int, int]:
    """Person → the id of their newest mail of a campaign, but for one round; a dropped mail was no turn."""
    dropped = (Status.DISCARDED, Status.CANCELLED, Status.MISSED)
    rows = tx.execute(
        select(deliveries.c.person_id, func.max(deliveries.c.id))
        .join_from(deliveries, rounds)
        .where(rounds.c.campaign == campaign, rounds.c.name != other_than, deliveries.c.status.not_in(dropped))
        .group_by(deliveries.c.person_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Timed:
    """A mail that has not gone, as the schedule sees it."""

    id: int
    campaign: str
    round: str
    step: int
    person: int
    account: str
    #: Whom it is to; the address where they have no name.
    name: str
    status: Status
    due_at: datetime
    #: Where its recipient is: IANA zone ("" for the firm's) and country.
    zone: str
    country: str
    #: What the rule said, before hours and spread; None where no rule did.
    now_at: datetime | None
    attempts: int


def timed(
    tx: Transaction,
    statuses: Sequence[Status],
    *,
    campaign: str | None = None,
    due_by: datetime | None = None,
) -> list[Timed]:
    """Mails in these statuses that have a due time (no later than `due_by`), earliest first."""
    conditions: list[ColumnElement[bool]] = [deliveries.c.status.in_(statuses), deliveries.c.due_at.is_not(None)]
    if campaign is not None:
        conditions.append(rounds.c.campaign == campaign)
    if due_by is not None:
        conditions.append(deliveries.c.due_at <= due_by)
    rows = tx.execute(
        select(
            deliveries.c.id,
            rounds.c.campaign,
            rounds.c.name,
            deliveries.c.step,
            deliveries.c.person_id,
            deliveries.c.account,
            case((deliveries.c.name != "", deliveries.c.name), else_=deliveries.c.address).label("who"),
            deliveries.c.status,
            deliveries.c.due_at,
            deliveries.c.zone,
            deliveries.c.country,
            deliveries.c.now_at,
            deliveries.c.attempts,
        )
        .join_from(deliveries, rounds)
        .where(*conditions)
        .order_by(deliveries.c.due_at, deliveries.c.id)
    )
    return [
        Timed(
            row.id,
            row.campaign,
            row.name,
            row.step,
            row.person_id,
            row.account,
            row.who,
            Status(row.status),
            row.due_at,
            row.zone,
            row.country,
            row.now_at,
            row.attempts,
        )
        for row in rows
    ]


def retime(tx: Transaction, due: Mapping[int, datetime]) -> None:
    """Give mails a new due time each."""
    for delivery_id, due_at in due.items():
        tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(due_at=due_at))


def reschedule(tx: Transaction, moved: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Give mails whose rule now says otherwise their new (due time, `now`)."""
    for delivery_id, (due_at, now_at) in moved.items():
        tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(due_at=due_at, now_at=now_at))


def first_mails_since(
    tx: Transaction, persons: Iterable[int], since: datetime
) -> dict[int, list[tuple[datetime, str, str]]]:
    """Person → (when, campaign, round) of each mail they were sent since then; follow-ups do not count."""
    found: dict[int, list[tuple[datetime, str, str]]] = {}
    for batch in batches(persons):
        rows = tx.execute(
            select(deliveries.c.person_id, deliveries.c.sent_at, rounds.c.campaign, rounds.c.name)
            .join_from(deliveries, rounds)
            .where(
                deliveries.c.person_id.in_(batch),
                deliveries.c.step == 0,
                beside(deliveries.c.status).in_(LEFT),
                deliveries.c.sent_at > since,
            )
            .order_by(deliveries.c.sent_at)
        )
        for person, at, campaign, name in rows:
            found.setdefault(person, []).append((at, campaign, name))
    return found


def sent_times(tx: Transaction, account: str, since: datetime) -> list[datetime]:
    """When the account handed over each mail since then, earliest first."""
    rows = tx.execute(
        select(deliveries.c.sent_at)
        .where(deliveries.c.account == account, deliveries.c.sent_at > since)
        .order_by(deliveries.c.sent_at)
    )
    return [at for at in rows.scalars() if at]


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that left and that a follow-up may come after."""

    id: int
    round: str
    step: int
    person: int
    copy: int
    sent_at: datetime
    zone: str
    country: str


def awaiting_answer(tx: Transaction, campaign: str, step: int) -> list[Sent]:
    """Sent mails of that step whose next step does not exist yet and that nobody answered, earliest first.

    A reply or a contact noted by hand after the mail ends the sequence; so do a bounce and a cancelled round.
    """
    following = deliveries.alias()
    rows = tx.execute(
        select(
            deliveries.c.id,
            rounds.c.name,
            deliveries.c.step,
            deliveries.c.person_id,
            deliveries.c.copy,
            deliveries.c.sent_at,
            deliveries.c.zone,
            deliveries.c.country,
        )
        .join_from(deliveries, rounds)
        .outerjoin(
            following,
            and_(
                following.c.round_id == deliveries.c.round_id,
                following.c.person_id == deliveries.c.person_id,
                following.c.copy == deliveries.c.copy,
                following.c.step == step + 1,
            ),
        )
        .where(
            rounds.c.campaign == campaign,
            rounds.c.cancelled_at.is_(None),
            deliveries.c.step == step,
            deliveries.c.status == Status.SENT,
            following.c.id.is_(None),
            ~_answered(deliveries),
        )
        .order_by(deliveries.c.sent_at, deliveries.c.id)
    )
    return [Sent(*row) for row in rows]


def _answered(mail: FromClause) -> ColumnElement[bool]:
    """Whether somebody whom a mail was for has been in touch since: of a household, any of its people."""
    others = select(members.c.person_id).where(members.c.delivery_id == mail.c.id).correlate(mail)
    theirs = or_(history.c.person_id == mail.c.person_id, history.c.person_id.in_(others))
    return select(literal(1)).where(theirs, history.c.kind.in_(_IN_TOUCH), history.c.at >= mail.c.sent_at).exists()


def pointless_follow_ups(tx: Transaction) -> dict[int, str]:
    """Follow-ups that have not gone and must not any more → why: answered, or the mail before it bounced."""
    found = tx.execute(_pointless())
    return {row[0]: "the mail before it bounced" if row[1] else "they have answered" for row in found}


@cache
def _pointless() -> Select[int, int]:
    """Kept, as it is asked before every pass, and building it takes longer than its answer."""
    before = deliveries.alias()
    same = and_(
        before.c.round_id == deliveries.c.round_id,
        before.c.person_id == deliveries.c.person_id,
        before.c.copy == deliveries.c.copy,
        before.c.step < deliveries.c.step,
    )
    return (
        select(deliveries.c.id, func.max(case((before.c.status == Status.BOUNCED, 1), else_=0)))
        .join_from(deliveries, before, same)
        .where(
            deliveries.c.step > 0,
            deliveries.c.status.in_(PENDING),
            or_(before.c.status == Status.BOUNCED, _answered(before)),
        )
        .group_by(deliveries.c.id)
    )


def thread_of(tx: Transaction, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Follow-up → the Message-IDs of the mails before it, oldest first."""
    before = deliveries.alias()
    found: dict[int, tuple[str, ...]] = {}
    for batch in batches(ids):
        rows = tx.execute(
            select(deliveries.c.id, before.c.message_id)
            .join_from(
                deliveries,
                before,
                and_(
                    before.c.round_id == deliveries.c.round_id,
                    before.c.person_id == deliveries.c.person_id,
                    before.c.copy == deliveries.c.copy,
                    before.c.step < deliveries.c.step,
                ),
            )
            .where(deliveries.c.id.in_(batch), before.c.message_id.is_not(None))
            .order_by(deliveries.c.id, before.c.step)
        )
        for delivery_id, message_id in rows:
            found[delivery_id] = (*found.get(delivery_id, ()), message_id)
    return found
