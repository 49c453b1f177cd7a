"""The latest mail of everybody, found by how a sheet knows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from mailer.ledger.people import ADDRESS, Identity
from mailer.ledger.schema import deliveries, identities, rounds


class Latest(NamedTuple):
    """How somebody's newest mail stands."""

    id: int
    campaign: str
    #: As a `Status` is written.
    status: str
    subject: str
    last_reply: str
    due_at: datetime | None
    sent_at: datetime | None
    #: As the ledger keeps them.
    problems: list[dict[str, str]]

    @property
    def faults(self) -> str:
        """What its problems say, as one sentence."""
        return "; ".join(problem["what"] for problem in self.problems)


_COLUMNS = (
    *(deliveries.c.id, rounds.c.campaign, deliveries.c.status, deliveries.c.subject, deliveries.c.last_reply),
    *(deliveries.c.due_at, deliveries.c.sent_at, deliveries.c.problems),
)


def latest_mails(tx: Connection, sources: Iterable[str]) -> dict[Identity, Latest]:
    """Identity → the newest mail of its person, for all addresses and for the keys of these sources.

    Where several people share an identity, such as an address, it is the newest mail of them all.
    """
    newest = select(func.max(deliveries.c.id)).group_by(deliveries.c.person_id)
    rows = tx.execute(select(deliveries.c.person_id, *_COLUMNS).join(rounds).where(deliveries.c.id.in_(newest)))
    by_person = {person: Latest(*mail) for person, *mail in rows}
    known = select(identities.c.source, identities.c.key, identities.c.person_id).where(
        identities.c.source.in_({ADDRESS, *sources})
    )
    found: dict[Identity, Latest] = {}
    for source, key, person in tx.execute(known):
        mail, other = by_person.get(person), found.get((source, key))
        if mail and (other is None or other.id < mail.id):
            found[source, key] = mail
    return found
