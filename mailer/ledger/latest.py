"""The latest mail of everybody, found by how a sheet knows them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from mailer.ledger.listing import Entry, entry_of, select_entries
from mailer.ledger.people import ADDRESS, Identity
from mailer.ledger.schema import deliveries, identities


def latest_mails(tx: Connection, sources: Iterable[str]) -> dict[Identity, Entry]:
    """Identity → the newest mail of its person, for all addresses and for the keys of these sources.

    Where several people share an identity, such as an address, it is the newest mail of them all.
    """
    newest = select(func.max(deliveries.c.id)).group_by(deliveries.c.person_id)
    rows = tx.execute(select_entries().where(deliveries.c.id.in_(newest)))
    by_person = {row.person_id: entry_of(row) for row in rows}
    known = select(identities.c.source, identities.c.key, identities.c.person_id).where(
        identities.c.source.in_({ADDRESS, *sources})
    )
    found: dict[Identity, Entry] = {}
    for source, key, person in tx.execute(known):
        mail, other = by_person.get(person), found.get((source, key))
        if mail and (other is None or other.id < mail.id):
            found[source, key] = mail
    return found
