"""The one place that moves a delivery: the table of allowed moves is enforced, and every move leaves an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from mailer.errors import LedgerError
from mailer.ledger.many import Many
from mailer.ledger.schema import Instant, beside, deliveries, events
from mailer.model import MOVES, Status

#: Who does what the program does by itself.
PROGRAM = "mailer"

_EVENT = Many(events.insert())

#: How many ids one statement names; SQLite's own limit is far above.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One move of one delivery, as the history shows it."""

    at: datetime
    who: str
    from_status: str
    to_status: str
    note: str


def batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """Ids in lists short enough for one statement."""
    rest = list(ids)
    return (rest[start : start + BATCH] for start in range(0, len(rest), BATCH))


def came_from(to: Status) -> tuple[Status, ...]:
    """The statuses from which a delivery may move there."""
    return tuple(status for status, allowed in MOVES.items() if to in allowed)


def move(
    tx: Connection,
    ids: Iterable[int],
    to: Status,
    *,
    at: datetime,
    who: str,
    note: str = "",
    only_from: Sequence[Status] | None = None,
    values: Mapping[str, Any] | None = None,
) -> list[int]:
    """Move those of `ids` that may go there, and return their ids; the others stay as they are.

    `only_from` narrows the statuses they may come from; `values` are columns written along with the move.
    """
    allowed = [status for status in came_from(to) if only_from is None or status in only_from]
    moved: list[int] = []
    for batch in batches(ids):
        rows = tx.execute(
            select(deliveries.c.id, deliveries.c.status).where(
                deliveries.c.id.in_(batch), beside(deliveries.c.status).in_(allowed)
            )
        ).all()
        moved += [row.id for row in rows]
        _write(tx, [(row.id, row.status) for row in rows], to, at=at, who=who, note=note, values=values or {})
    return moved


def _write(
    tx: Connection,
    rows: list[tuple[int, str]],
    to: Status,
    *,
    at: datetime,
    who: str,
    note: str,
    values: Mapping[str, Any],
) -> None:
    if not rows:
        return
    tx.execute(
        update(deliveries).where(deliveries.c.id.in_([row_id for row_id, _ in rows])).values(status=to, **values)
    )
    left = [{"delivery_id": row_id, "from_status": was} for row_id, was in rows]
    _EVENT.run(tx, left, at=at, who=who, to_status=to.value, note=note)


def move_each(
    tx: Connection,
    rows: Sequence[Mapping[str, Any]],
    to: Status,
    was: Status,
    *,
    at: datetime,
    who: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Move many deliveries from one status to another, each with its own values and note, in two statements.

    Each row holds `row_id`, `note` and the same columns to write; `values` are columns written alike in all of them.
    Raises LedgerError, and so undoes the whole transaction, when one of them was not in `was`: another hand was on a
    delivery that is ours alone.
    """
    if not rows:
        return
    if to not in MOVES[was]:
        raise LedgerError(f"a delivery cannot go from {was} to {to}")
    shared = values or {}
    columns = tuple(name for name in (*rows[0], *shared) if name not in {"row_id", "note"})
    moved = _moving_each(columns, to, was).run(tx, rows, **shared)
    if moved != len(rows):
        raise LedgerError(f"{len(rows) - moved} deliveries were no longer {was}; nothing was recorded.")
    notes = [{"delivery_id": row["row_id"], "note": row["note"]} for row in rows]
    _EVENT.run(tx, notes, at=at, who=who, from_status=was.value, to_status=to.value)


@lru_cache
def _moving_each(columns: tuple[str, ...], to: Status, was: Status) -> Many:
    return Many(
        update(deliveries)
        .where(deliveries.c.id == bindparam("row_id"), deliveries.c.status == was.value)
        .values(status=to.value, **{name: bindparam(name) for name in columns})
    )


def attempt(at: Any) -> dict[str, Any]:
    """What one more attempt leaves in a delivery's row."""
    return {
        "attempts": deliveries.c.attempts + 1,
        "first_attempt_at": func.coalesce(deliveries.c.first_attempt_at, at),
    }


#: Claims one mail, if it is still queued with the words that were approved.
_CLAIM = Many(
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("row_id"),
        deliveries.c.approved_digest == bindparam("approved"),
        deliveries.c.status == Status.QUEUED.value,
    )
    .values(status=Status.SENDING.value, **attempt(bindparam("at", type_=Instant)))
)


def claim(tx: Connection, wanted: Sequence[tuple[int, str]], *, at: datetime, who: str) -> set[int]:
    """Move those of (id, digest) that are still queued with these approved words to `sending`; their ids.

    None of them may be `sending` before: only who holds the account's lock may call this.
    """
    ids = [row_id for row_id, _ in wanted]
    if not ids:
        return set()
    if _CLAIM.run(tx, [{"row_id": row_id, "approved": digest} for row_id, digest in wanted], at=at) != len(ids):
        left = select(deliveries.c.id).where(deliveries.c.id.in_(ids), beside(deliveries.c.status) == Status.SENDING)
        ids = list(tx.execute(left).scalars())
    claimed = [{"delivery_id": row_id} for row_id in ids]
    _EVENT.run(tx, claimed, at=at, who=who, from_status=Status.QUEUED.value, to_status=Status.SENDING.value, note="")
    return set(ids)


def history_of(tx: Connection, delivery_id: int) -> list[Event]:
    """Every move of one delivery, oldest first."""
    rows = tx.execute(
        select(events.c.at, events.c.who, events.c.from_status, events.c.to_status, events.c.note)
        .where(events.c.delivery_id == delivery_id)
        .order_by(events.c.id)
    )
    return [Event(*row) for row in rows]
