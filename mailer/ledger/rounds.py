"""Campaigns as the ledger knows them: first sight, pause, and their rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_, update

from mailer.ledger.moves import batches
from mailer.ledger.schema import campaigns, deliveries, rounds, watched
from mailer.model import Status


@dataclass(frozen=True, slots=True)
class Round:
    """One occurrence of a campaign."""

    id: int
    campaign: str
    name: str
    #: None for a round that is sent by hand.
    due_at: datetime | None
    #: What its templates call `now`.
    now_at: datetime
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A watched file as it was when the words were made."""

    path: str
    size: int
    mtime_ns: int
    digest: str


def first_seen_at(tx: Connection, name: str) -> datetime | None:
    """When this campaign was first seen; None if it never was."""
    first: datetime | None = tx.execute(select(campaigns.c.first_seen_at).where(campaigns.c.name == name)).scalar()
    return first


def see_campaign(tx: Connection, name: str, *, at: datetime) -> datetime:
    """When this campaign was first seen, which is now if it never was. No round precedes it."""
    if first := first_seen_at(tx, name):
        return first
    tx.execute(campaigns.insert().values(name=name, first_seen_at=at))
    return at


def pause(tx: Connection, name: str, *, at: datetime | None) -> None:
    """Pause a campaign (`at`), or let it go on (None)."""
    tx.execute(update(campaigns).where(campaigns.c.name == name).values(paused_at=at))


def paused(tx: Connection) -> dict[str, datetime]:
    """Paused campaigns → since when."""
    rows = tx.execute(select(campaigns.c.name, campaigns.c.paused_at).where(campaigns.c.paused_at.is_not(None)))
    return {name: at for name, at in rows if at}


def open_round(tx: Connection, campaign: str, name: str, *, now: datetime, due_at: datetime | None = None) -> Round:
    """The round of that name, made if it is new; an existing one keeps its due time and its `now`."""
    existing = find_round(tx, campaign, name)
    if existing:
        return existing
    tx.execute(rounds.insert().values(campaign=campaign, name=name, due_at=due_at, now_at=due_at or now))
    made = find_round(tx, campaign, name)
    assert made
    return made


def find_round(tx: Connection, campaign: str, name: str) -> Round | None:
    """The round of that name."""
    row = tx.execute(select(rounds).where(rounds.c.campaign == campaign, rounds.c.name == name)).first()
    return _round(row) if row else None


def rounds_of(tx: Connection, campaign: str) -> list[Round]:
    """All rounds of a campaign, oldest first."""
    rows = tx.execute(select(rounds).where(rounds.c.campaign == campaign).order_by(rounds.c.id))
    return [_round(row) for row in rows]


def pending_rounds(tx: Connection, campaign_names: Iterable[str] | None = None) -> list[tuple[Round, int]]:
    """Rounds with mails that are drafts or queued, and the step these are of, oldest first."""
    query = (
        select(rounds, deliveries.c.step)
        .join_from(rounds, deliveries)
        .where(deliveries.c.status.in_([Status.DRAFT, Status.QUEUED]))
        .distinct()
        .order_by(rounds.c.id, deliveries.c.step)
    )
    if campaign_names is not None:
        query = query.where(rounds.c.campaign.in_(list(campaign_names)))
    return [(_round(row), row.step) for row in tx.execute(query)]


def mark_prepared(tx: Connection, round_id: int, stamps: Iterable[Stamp], *, at: datetime, step: int = 0) -> None:
    """Note when a round, or its follow-ups of a step, was rendered, and from which files."""
    tx.execute(update(rounds).where(rounds.c.id == round_id).values(prepared_at=at))
    tx.execute(watched.delete().where(watched.c.round_id == round_id, watched.c.step == step))
    rows = [
        {"round_id": round_id, "step": step, "path": s.path, "size": s.size, "mtime_ns": s.mtime_ns, "digest": s.digest}
        for s in stamps
    ]
    if rows:
        tx.execute(watched.insert(), rows)


def watched_files(tx: Connection, round_id: int, step: int = 0) -> list[Stamp]:
    """The files a round was rendered from."""
    rows = tx.execute(
        select(watched.c.path, watched.c.size, watched.c.mtime_ns, watched.c.digest).where(
            watched.c.round_id == round_id, watched.c.step == step
        )
    )
    return [Stamp(*row) for row in rows]


def look_again(tx: Connection, ids: Iterable[int]) -> None:
    """Render these mails again before they go: their round followed its files while they stood still."""
    for batch in batches(ids):
        theirs = select(deliveries.c.round_id, deliveries.c.step).where(deliveries.c.id.in_(batch))
        tx.execute(watched.delete().where(tuple_(watched.c.round_id, watched.c.step).in_(theirs)))


def cancel_round(tx: Connection, round_id: int, *, at: datetime) -> None:
    """No new drafts in this round."""
    tx.execute(update(rounds).where(rounds.c.id == round_id).values(cancelled_at=at))


def _round(row: Row[Any]) -> Round:
    return Round(row.id, row.campaign, row.name, row.due_at, row.now_at, row.cancelled_at)
