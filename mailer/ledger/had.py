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

#: So many mails of a person are compared with a new one.
_LATEST = 5


@dataclass(frozen=True, slots=True)
class Had:
    """A mail that a person has had from us, or may have had."""

    sent_at: datetime
    text: str


def had_before(tx: Connection, persons: Iterable[int]) -> dict[int, list[Had]]:
    """Person → the latest mails they have had, the newest first."""
    found: dict[int, list[Had]] = {}
    place = func.row_number().over(partition_by=deliveries.c.person_id, order_by=deliveries.c.sent_at.desc())
    for batch in batches(persons):
        conditions = (deliveries.c.person_id.in_(batch), beside(deliveries.c.status).in_(REACHED))
        numbered = select_entries().add_columns(deliveries.c.words, place.label("place")).where(*conditions).subquery()
        for row in tx.execute(select(numbered).where(numbered.c.place <= _LATEST).order_by(numbered.c.place)):
            if row.words and row.sent_at:
                found.setdefault(row.person_id, []).append(Had(row.sent_at, draft_of(row, row.words).text))
    return found
