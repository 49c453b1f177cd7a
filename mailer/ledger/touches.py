"""Every time somebody was in touch, as the ledger knows it: our mails, their replies, what was logged by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, literal, select, union, union_all

from mailer.ledger.moves import batches
from mailer.ledger.opening import Transaction
from mailer.ledger.schema import beside, deliveries, history, members, people
from mailer.model import Memo, Status

#: Kinds of touch: a mail of ours, an answer, a call or visit logged by hand.
WRITTEN, REPLIED, HEARD = "written", "replied", "heard"
#: A line of history that is a memo: what we know about a person and never mail.
MEMO = "memo"
#: Statuses of a mail that reached somebody, or may have.
REACHED = (Status.SENT, Status.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Touch:
    """One time somebody was in touch."""

    at: datetime
    #: WRITTEN, REPLIED or HEARD.
    kind: str
    #: The subject, the first words of the reply, or what was logged.
    words: str
    #: The account it left from, or who logged it.
    by: str
    delivery_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a person's history, as it was written."""

    at: datetime
    kind: str
    note: str
    who: str
    delivery_id: int | None


def touches(tx: Transaction, persons: Iterable[int]) -> dict[int, list[Touch]]:
    """Person → every touch, oldest first. A mail to a household touches each of its people."""
    found: dict[int, list[Touch]] = {}
    for batch in batches(persons):
        wanted = union_all(_mails(batch), _household_mails(batch), _heard(batch)).subquery()
        rows = tx.execute(select(wanted).where(wanted.c.at.is_not(None)).order_by(wanted.c.at))
        for row in rows:
            found.setdefault(row.person_id, []).append(_touch(row))
    return found


def touches_together(tx: Transaction, groups: Sequence[Sequence[int]]) -> list[list[Touch]]:
    """For each group of people every touch of any of them, oldest first; a mail to all of them counts once."""
    known = touches(tx, {person for group in groups for person in group})
    return [
        sorted(dict.fromkeys(touch for person in group for touch in known.get(person, ())), key=lambda each: each.at)
        for group in groups
    ]


def _touch(row: Row[Any]) -> Touch:
    return Touch(row.at, row.kind, row.words, row.by, row.delivery_id)


def _mails(persons: list[int]) -> Select[Any]:
    return select(
        deliveries.c.person_id,
        deliveries.c.sent_at.label("at"),
        literal(WRITTEN).label("kind"),
        deliveries.c.subject.label("words"),
        deliveries.c.account.label("by"),
        deliveries.c.id.label("delivery_id"),
    ).where(deliveries.c.person_id.in_(persons), beside(deliveries.c.status).in_(REACHED))


def _household_mails(persons: list[int]) -> Select[Any]:
    return (
        select(
            members.c.person_id,
            deliveries.c.sent_at,
            literal(WRITTEN),
            deliveries.c.subject,
            deliveries.c.account,
            deliveries.c.id,
        )
        .join_from(members, deliveries)
        .where(members.c.person_id.in_(persons), beside(deliveries.c.status).in_(REACHED))
    )


def _heard(persons: list[int]) -> Select[Any]:
    return select(
        history.c.person_id, history.c.at, history.c.kind, history.c.note, history.c.who, history.c.delivery_id
    ).where(history.c.person_id.in_(persons), history.c.kind.in_([REPLIED, HEARD]))


def memos(tx: Transaction, persons: Iterable[int], zone: str) -> dict[int, list[Memo]]:
    """Person → what was noted about them by hand, oldest first, each with its day in that zone."""
    found: dict[int, list[Memo]] = {}
    for batch in batches(persons):
        rows = tx.execute(_lines().where(history.c.person_id.in_(batch), history.c.kind == MEMO))
        for row in rows:
            found.setdefault(row.person_id, []).append(_memo(row.note, row.at, zone))
    return found


def memos_beside(tx: Transaction, ids: Iterable[int], zone: str) -> dict[int, list[Memo]]:
    """Mail → what was noted by hand about whom it goes to: of a household, about each of them; oldest first."""
    found: dict[int, list[Memo]] = {}
    for batch in batches(ids):
        head = select(deliveries.c.id, deliveries.c.person_id).where(deliveries.c.id.in_(batch))
        others = select(members.c.delivery_id, members.c.person_id).where(members.c.delivery_id.in_(batch))
        people_of = union(head, others).subquery()
        wanted = select(people_of.c.id.label("mail"), history.c.at, history.c.note)
        wanted = wanted.join_from(people_of, history, history.c.person_id == people_of.c.person_id)
        for row in tx.execute(wanted.where(history.c.kind == MEMO).order_by(history.c.at, history.c.id)):
            found.setdefault(row.mail, []).append(_memo(row.note, row.at, zone))
    return found


def _memo(words: str, at: datetime, zone: str) -> Memo:
    return Memo(words, at.astimezone(ZoneInfo(zone)).date())


def lines_of(tx: Transaction, persons: Iterable[int]) -> list[Line]:
    """The whole history of a person or a household, oldest first: replied, absent, bounced, heard, noted …"""
    rows = tx.execute(_lines().where(history.c.person_id.in_(list(persons))))
    return [Line(row.at, row.kind, row.note, row.who, row.delivery_id) for row in rows]


def _lines() -> Select[Any]:
    return select(history).order_by(history.c.at, history.c.id)


def met_at(tx: Transaction, persons: Iterable[int]) -> dict[int, datetime]:
    """Person → when the ledger first saw them."""
    return {
        row.id: row.first_seen_at
        for batch in batches(persons)
        for row in tx.execute(select(people.c.id, people.c.first_seen_at).where(people.c.id.in_(batch)))
    }
