"""The sending side: what is due, the claim, the receipts, what a crash left, the quota, the stops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, Text, bindparam, func, or_, select, tuple_

from mailer.ledger import suppressions
from mailer.ledger.listing import BESIDE_WORDS, draft_of
from mailer.ledger.moves import PROGRAM, attempt, claim, move, move_each
from mailer.ledger.schema import campaigns, deliveries, events, instant, rounds, stops
from mailer.ledger.timing import thread_of
from mailer.ledger.words import envelope
from mailer.model import Delivery, Outcome, Receipt, Status


@dataclass(frozen=True, slots=True)
class Stop:
    """An account that the server told to stop."""

    account: str
    at: datetime
    #: None: until a person says so.
    until: datetime | None
    reason: str


class DueRow(NamedTuple):
    """A delivery as the queue has it: no more, and as it is, since it is read for every mail and unpacked elsewhere."""

    id: int
    account: str
    step: int
    person_id: int
    copy: int
    digest: str
    campaign: str
    round: str
    words: bytes
    status: str
    message_id: str
    #: Instants as SQLite keeps them.
    due_at: str
    attempts: int
    first_attempt_at: str | None
    last_reply: str
    zone: str
    country: str
    #: The Message-IDs of the mails before a follow-up, oldest first.
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one attempt, ready to be recorded."""

    row: DueRow
    receipt: Receipt
    #: When a deferred one is tried again.
    due_at: datetime | None = None
    #: False when it was answered before its content left: it was never `sending`.
    begun: bool = True


#: The columns of a `DueRow`.
_DUE = (*BESIDE_WORDS, *(deliveries.c[name] for name in DueRow._fields[len(BESIDE_WORDS) : -1]))


def approved_and_due(account: str, now: datetime | None, excluded: Iterable[str] = ()) -> list[Any]:
    """The conditions of what may leave: queued, its words those that were approved, its campaign not stopped."""
    paused = select(campaigns.c.name).where(campaigns.c.paused_at.is_not(None))
    conditions = [
        deliveries.c.account == account,
        deliveries.c.status == Status.QUEUED,
        deliveries.c.digest == deliveries.c.approved_digest,
        rounds.c.campaign.not_in(paused),
        rounds.c.campaign.not_in(list(excluded)),
    ]
    if now is not None:
        conditions.append(deliveries.c.due_at <= now)
    return conditions


def select_due(
    account: str,
    *,
    now: datetime,
    campaigns_only: Sequence[str] | None = None,
    excluded: Iterable[str] = (),
) -> Select[Any]:
    """The deliveries of an account that may leave, earliest first, for `due` to read part by part."""
    place = tuple_(deliveries.c.due_at, deliveries.c.id)
    last = tuple_(bindparam("last_due_at"), bindparam("last_id"), types=[Text(), Integer()])
    query = (
        select(*_DUE)
        .join(rounds)
        .where(*approved_and_due(account, now, excluded), place > last)
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(bindparam("most"))
    )
    return query if campaigns_only is None else query.where(rounds.c.campaign.in_(campaigns_only))


def due(tx: Connection, query: Select[Any], *, limit: int, after: DueRow | None = None) -> list[DueRow]:
    """The next of a `select_due`, those behind `after`."""
    last_due_at, last_id = (after.due_at, after.id) if after else ("", 0)
    rows = _due_rows(tx, query, last_due_at=last_due_at, last_id=last_id, most=limit)
    threads = thread_of(tx, [row.id for row in rows if row.step])
    return [row._replace(references=threads[row.id]) if row.id in threads else row for row in rows]


def _due_rows(tx: Connection, query: Select[Any], **values: Any) -> list[DueRow]:
    """The rows as SQLite gives them, since the conversions of SQLAlchemy take longer than the reading."""
    cursor: Any = tx.execute(query, values).cursor
    return [DueRow(*row) for row in cursor.fetchall()]


def delivery_of(row: DueRow) -> Delivery:
    """The delivery in a row, its words unpacked."""
    return Delivery(
        id=row.id,
        draft=draft_of(row, row.words),
        status=Status(row.status),
        message_id=row.message_id,
        due_at=instant(row.due_at),
        attempts=row.attempts,
        last_reply=row.last_reply,
        first_attempt_at=instant(row.first_attempt_at) if row.first_attempt_at else None,
        zone=row.zone,
        country=row.country,
        references=row.references,
    )


def waiting(
    tx: Connection,
    account: str,
    *,
    now: datetime,
    campaigns_only: Sequence[str] | None = None,
    excluded: Iterable[str] = (),
) -> tuple[int, dict[datetime, int]]:
    """How many of an account's mails are due now; and for those that are not, due time → how many, earliest first."""
    query = (
        select(deliveries.c.due_at, func.count())
        .join(rounds)
        .where(*approved_and_due(account, None, excluded))
        .group_by(deliveries.c.due_at)
        .order_by(deliveries.c.due_at)
    )
    if campaigns_only is not None:
        query = query.where(rounds.c.campaign.in_(campaigns_only))
    by_time: dict[datetime, int] = {due_at: count for due_at, count in tx.execute(query)}  # noqa: C416
    later = {due_at: count for due_at, count in by_time.items() if due_at > now}
    return sum(by_time.values()) - sum(later.values()), later


def accounts_with_work(tx: Connection, statuses: Sequence[Status] = (Status.QUEUED, Status.SENDING)) -> list[str]:
    """Accounts with mails that wait, or that an earlier pass left half-done."""
    rows = tx.execute(
        select(deliveries.c.account).where(deliveries.c.status.in_(statuses)).distinct().order_by(deliveries.c.account)
    )
    return list(rows.scalars())


def begin(tx: Connection, ready: Sequence[DueRow], *, at: datetime) -> set[int]:
    """Claim those of `ready` that are still queued, approved and not suppressed; returns the ids of these.

    Their content may leave as soon as this transaction is durable.
    """
    if not ready:
        return set()
    blocked = suppressed(tx, ready)
    for delivery_id, reason in blocked.items():
        note = f"suppressed: {reason}"
        move(tx, [delivery_id], Status.CANCELLED, at=at, who=PROGRAM, note=note)
    wanted = [(row.id, row.digest) for row in ready if row.id not in blocked]
    return claim(tx, wanted, at=at, who=PROGRAM)


def _begin(tx: Connection, ids: Sequence[int], at: datetime) -> list[int]:
    return move(tx, ids, Status.SENDING, at=at, who=PROGRAM, values=attempt(at))


def suppressed(tx: Connection, wanted: Sequence[DueRow]) -> dict[int, str]:
    """Delivery id → why one of its recipients must not be written to."""
    if not suppressions.has_any(tx):
        return {}
    recipients = {row.id: envelope(row.words)[1] for row in wanted}
    found = suppressions.among(tx, {address for each in recipients.values() for address in each})
    return {
        delivery_id: f"{address} ({found[address]})"
        for delivery_id, each in recipients.items()
        for address in each
        if address in found
    }


#: Outcome → the status it leads to.
SETTLES = {
    Outcome.ACCEPTED: Status.SENT,
    Outcome.DEFERRED: Status.QUEUED,
    Outcome.STOPPED: Status.QUEUED,
    Outcome.REFUSED: Status.FAILED,
    Outcome.UNCONFIRMED: Status.UNCONFIRMED,
}


def record(tx: Connection, settled: Sequence[Settled], *, at: datetime) -> None:
    """Write receipts back. A deferred one without a new due time has been given up.

    One that was answered before its content left, and was meanwhile taken back by a person, stays as they left it.
    One that was put off, and whose campaign was cancelled while it was leaving, is cancelled as the others were.
    """
    unbegun = [each.row.id for each in settled if not each.begun]
    taken_back = set(unbegun) - set(_begin(tx, unbegun, at)) if unbegun else set()
    by_status: dict[Status, list[Settled]] = {}
    for each in settled:
        if each.row.id not in taken_back:
            by_status.setdefault(_status_after(each), []).append(each)
    for status, group in by_status.items():
        rows = [_settled_row(each, status) for each in group]
        left = {"sent_at": at} if status in {Status.SENT, Status.UNCONFIRMED} else {}
        move_each(tx, rows, status, Status.SENDING, at=at, who=PROGRAM, values=left)
    if put_off := by_status.get(Status.QUEUED):
        called_back = _called_back(tx, [each.row.id for each in put_off])
        move(tx, called_back, Status.CANCELLED, at=at, who=PROGRAM, note="cancelled while it was leaving")


def _called_back(tx: Connection, ids: Sequence[int]) -> list[int]:
    """Those whose campaign was cancelled after they began to leave."""
    began = select(func.max(events.c.at)).where(
        events.c.delivery_id == deliveries.c.id, events.c.to_status == Status.SENDING
    )
    query = (
        select(deliveries.c.id)
        .join(rounds)
        .where(deliveries.c.id.in_(ids), rounds.c.cancelled_at > began.scalar_subquery())
    )
    return list(tx.execute(query).scalars())


def _status_after(settled: Settled) -> Status:
    if settled.receipt.outcome is Outcome.DEFERRED and settled.due_at is None:
        return Status.FAILED
    return SETTLES[settled.receipt.outcome]


def _settled_row(settled: Settled, status: Status) -> dict[str, Any]:
    reply = str(settled.receipt)
    row: dict[str, Any] = {"row_id": settled.row.id, "last_reply": reply, "note": reply}
    if status is Status.QUEUED:
        row["due_at"] = settled.due_at or instant(settled.row.due_at)
    return row


def leftovers(tx: Connection, account: str, *, at: datetime) -> list[int]:
    """Turn what an earlier, crashed pass left as `sending` into `unconfirmed`.

    Only who holds the account's lock may call this: then no live pass can own these rows.
    """
    rows = tx.execute(
        select(deliveries.c.id).where(deliveries.c.account == account, deliveries.c.status == Status.SENDING)
    )
    note = "the program stopped while this mail was leaving"
    values = {"sent_at": at, "last_reply": note}
    return move(tx, list(rows.scalars()), Status.UNCONFIRMED, at=at, who=PROGRAM, note=note, values=values)


def sent_since(tx: Connection, account: str, since: datetime) -> int:
    """How many mails the account has handed over since then: what its quota counts."""
    return tx.execute(
        select(func.count()).where(deliveries.c.account == account, deliveries.c.sent_at > since)
    ).scalar_one()


def quota_returns_at(tx: Connection, account: str, since: datetime) -> datetime | None:
    """The oldest handing-over after `since`: a day after it, the quota has room again."""
    return tx.execute(
        select(func.min(deliveries.c.sent_at)).where(deliveries.c.account == account, deliveries.c.sent_at > since)
    ).scalar()


def stop(tx: Connection, account: str, *, at: datetime, until: datetime | None, reason: str) -> None:
    """The server told this account to stop."""
    tx.execute(stops.delete().where(stops.c.account == account))
    tx.execute(stops.insert().values(account=account, at=at, until=until, reason=reason))


def go_on(tx: Connection, account: str) -> None:
    """A person, or time, lets the account send again."""
    tx.execute(stops.delete().where(stops.c.account == account))


def stopped(tx: Connection, *, now: datetime) -> dict[str, Stop]:
    """Accounts that are stopped now."""
    rows = tx.execute(
        select(stops.c.account, stops.c.at, stops.c.until, stops.c.reason).where(
            or_(stops.c.until.is_(None), stops.c.until > now)
        )
    )
    return {row.account: Stop(*row) for row in rows}


def count_queued(tx: Connection, account: str, campaigns_only: Sequence[str] | None = None) -> int:
    """How many wait in an account's queue, due or not."""
    query = (
        select(func.count())
        .select_from(deliveries)
        .join(rounds)
        .where(deliveries.c.account == account, deliveries.c.status == Status.QUEUED)
    )
    if campaigns_only is not None:
        query = query.where(rounds.c.campaign.in_(list(campaigns_only)))
    count: int = tx.execute(query).scalar_one()
    return count


def deliveries_of(tx: Connection, ids: Sequence[int]) -> list[Delivery]:
    """Deliveries with their words, by id; those whose words are no longer kept are left out."""
    if not ids:
        return []
    query = select(*_DUE).join(rounds).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.id)
    return [delivery_of(row) for row in _due_rows(tx, query) if row.words]
