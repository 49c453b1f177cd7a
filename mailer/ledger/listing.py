"""What stands in the ledger, for every list and page: rows without their words, and the words by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from mailer.addresses import on_the_wire
from mailer.ledger.moves import batches
from mailer.ledger.schema import deliveries, rounds
from mailer.ledger.words import problems_from_json, unpack
from mailer.model import Draft, Edit, Problem, Source, Status


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger row without its words: enough for every list."""

    id: int
    campaign: str
    round: str
    round_id: int
    step: int
    person: int
    copy: int
    status: Status
    account: str
    address: str
    name: str
    subject: str
    digest: str
    problems: tuple[Problem, ...]
    held: bool
    edit: Edit | None
    message_id: str
    due_at: datetime | None
    zone: str
    attempts: int
    last_reply: str
    sent_at: datetime | None
    approved_at: datetime | None
    approved_by: str
    source: Source


#: Everything but the blobs.
_LISTED = [column for column in deliveries.c if column.name not in {"words", "beneath_words", "approved_words"}]


def select_entries() -> Select[Any]:
    """Every listed column, with the names of campaign and round."""
    return select(*_LISTED, rounds.c.campaign, rounds.c.name.label("round")).join(rounds)


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row of `select_entries`."""
    return Entry(
        id=row.id,
        campaign=row.campaign,
        round=row.round,
        round_id=row.round_id,
        step=row.step,
        person=row.person_id,
        copy=row.copy,
        status=Status(row.status),
        account=row.account,
        address=row.address,
        name=row.name,
        subject=row.subject,
        digest=row.digest,
        problems=problems_from_json(row.problems),
        held=row.held,
        edit=Edit(**row.edit["edit"]) if row.edit else None,
        message_id=row.message_id or "",
        due_at=row.due_at,
        zone=row.zone,
        attempts=row.attempts,
        last_reply=row.last_reply,
        sent_at=row.sent_at,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        source=Source(row.source_file, row.source_sheet, row.source_row),
    )


def entries(
    tx: Connection,
    *,
    campaign: str | None = None,
    round_name: str | None = None,
    statuses: Iterable[Status] | None = None,
    ids: Iterable[int] | None = None,
    persons: Iterable[int] | None = None,
    address: str | None = None,
    held: bool | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Rows by what is asked of them, in order of id, the first `limit` of them."""
    conditions: list[ColumnElement[bool]] = []
    for column, value in ((rounds.c.campaign, campaign), (rounds.c.name, round_name), (deliveries.c.held, held)):
        if value is not None:
            conditions.append(column == value)
    for column, values in (
        (deliveries.c.status, statuses),
        (deliveries.c.id, ids),
        (deliveries.c.person_id, persons),
    ):
        if values is not None:
            conditions.append(column.in_(list(values)))
    if address is not None:
        conditions.append(func.lower(deliveries.c.address) == on_the_wire(address).lower())
    query = select_entries().where(*conditions).order_by(deliveries.c.id).limit(limit)
    return [entry_of(row) for row in tx.execute(query).all()]


#: What `draft_of` needs of a row beside its words, no more: they are read for every mail of a campaign.
BESIDE_WORDS: tuple[ColumnElement[Any], ...] = (
    *(deliveries.c[name] for name in ("id", "account", "step", "person_id", "copy", "digest")),
    rounds.c.campaign,
    rounds.c.name.label("round"),
)


def words_of(tx: Connection, ids: Iterable[int]) -> dict[int, Draft]:
    """The drafts themselves, by id."""
    query: Select[Any] = select(*BESIDE_WORDS, deliveries.c.words).join(rounds).order_by(deliveries.c.id)
    rows = (row for batch in batches(ids) for row in tx.execute(query.where(deliveries.c.id.in_(batch))).all())
    return {row.id: draft_of(row, row.words) for row in rows if row.words}


def wordless(tx: Connection, ids: Iterable[int]) -> frozenset[int]:
    """Those of these mails whose words are no longer kept: purged, or of somebody who is forgotten."""
    none_left = select(deliveries.c.id).where(func.length(deliveries.c.words) == 0)
    found = (tx.execute(none_left.where(deliveries.c.id.in_(batch))).scalars() for batch in batches(ids))
    return frozenset(chain.from_iterable(found))


def earlier_words_of(tx: Connection, delivery_id: int) -> tuple[Draft | None, Draft | None]:
    """What a person had approved before a change voided it, and what the template says beneath an edit."""
    query: Select[Any] = select(*BESIDE_WORDS, deliveries.c.approved_words, deliveries.c.beneath_words).join(rounds)
    row = tx.execute(query.where(deliveries.c.id == delivery_id)).one()
    approved, beneath = (draft_of(row, words) if words else None for words in (row.approved_words, row.beneath_words))
    return approved, beneath


def draft_of(row: Any, words: bytes) -> Draft:
    """The draft in a row that has `BESIDE_WORDS`."""
    return unpack(
        words,
        campaign=row.campaign,
        round=row.round,
        account=row.account,
        step=row.step,
        person=row.person_id,
        copy=row.copy,
        digest=row.digest,
    )


def counts(tx: Connection, campaign: str | None = None) -> dict[tuple[str, str], dict[Status, int]]:
    """(campaign, round) → how many stand in each status."""
    query = (
        select(rounds.c.campaign, rounds.c.name, deliveries.c.status, func.count())
        .join_from(deliveries, rounds)
        .group_by(rounds.c.id, deliveries.c.status)
        .order_by(rounds.c.id)
    )
    if campaign is not None:
        query = query.where(rounds.c.campaign == campaign)
    found: dict[tuple[str, str], dict[Status, int]] = {}
    for name, round_name, status, count in tx.execute(query):
        found.setdefault((name, round_name), {})[Status(status)] = count
    return found
