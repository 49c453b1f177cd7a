"""What people have had from us: the words of earlier mails, for the checks that compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailer.ledger.listing import draft_of, select_entries
from mailer.ledger.moves import batches
from mailer.ledger.schema import beside, deliveries
from mailer.ledger.touches import REACHED


@dataclass(frozen=True, slots=True)
class Had:
    """A mail that a person has had from us, or may have had."""

    sent_at: datetime
    text: str


def had_before(tx: Connection, persons: Iterable[int], *, newest: int = 5) -> dict[int, list[Had]]:
    """Person → the mails they have had, the newest first, so many at most."""
    found: dict[int, list[Had]] = {}
    place = func.row_number().over(partition_by=deliveries.c.person_id, order_by=deliveries.c.sent_at.desc())
    for batch in batches(persons):
        conditions = (deliveries.c.person_id.in_(batch), beside(deliveries.c.status).in_(REACHED))
        numbered = select_entries().add_columns(deliveries.c.words, place.label("place")).where(*conditions).subquery()
        for row in tx.execute(select(numbered).where(numbered.c.place <= newest).order_by(numbered.c.place)):
            if row.words and row.sent_at:
                found.setdefault(row.person_id, []).append(Had(row.sent_at, draft_of(row, row.words).text))
    return found
