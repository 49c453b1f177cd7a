"""A person's right to know and to be forgotten: all that the ledger holds about an address, given out or taken away.

What stays after forgetting are counts and outcomes without a name, and a salted hash that still blocks the address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from mailer.addresses import on_the_wire
from mailer.ledger import listing, people, suppressions
from mailer.ledger.moves import batches, history_of, move
from mailer.ledger.schema import attachments, deliveries, events, history, identities, incoming, members
from mailer.ledger.schema import people as people_table
from mailer.model import PENDING, Status

#: The reason of a hash that blocks a forgotten address.
FORGOTTEN = "asked to be forgotten"
#: Statuses of a mail whose words are no longer needed.
_DONE = (Status.SENT, Status.FAILED, Status.BOUNCED, Status.DISCARDED, Status.CANCELLED)
#: What an emptied delivery keeps of its person: nothing.
_EMPTY: dict[str, Any] = {
    "address": "",
    "name": "",
    "subject": "",
    "words": b"",
    "approved_digest": None,  # what is on its way just now does not come back into the queue to go
    "problems": [],
    "edit": None,
    "beneath_words": None,
    "approved_words": None,
    "last_reply": "",
    "source_file": "",
    "source_sheet": "",
    "source_row": 0,
}


def everything_about(tx: Connection, address: str) -> dict[str, Any]:
    """All that is held about the people behind an address, ready to be written as JSON."""
    persons = people.find(tx, address)
    addresses = sorted({on_the_wire(address).casefold(), *people.addresses_of(tx, persons)})
    entries = listing.entries(tx, persons=persons) if persons else listing.entries(tx, address=address)
    shared = tx.execute(select(members.c.delivery_id).where(members.c.person_id.in_(persons))).scalars()
    entries += listing.entries(tx, ids=set(shared) - {entry.id for entry in entries})
    words = listing.words_of(tx, [entry.id for entry in entries])
    return {
        "addresses": addresses,
        "names": sorted({entry.name for entry in entries if entry.name} | _names(tx, persons)),
        "known_as": _rows(tx, identities, identities.c.person_id.in_(persons)),
        "mails": [_mail(tx, entry, words) for entry in entries],
        "history": _rows(tx, history, history.c.person_id.in_(persons)),
        "answers": _rows(tx, incoming, _about(addresses, [entry.id for entry in entries])),
        "suppressed": suppressions.among(tx, addresses),
    }


def _names(tx: Connection, persons: list[int]) -> set[str]:
    found = tx.execute(select(people_table.c.name).where(people_table.c.id.in_(persons)))
    return {name for name in found.scalars() if name}


def _rows(tx: Connection, table: Any, condition: Any) -> list[dict[str, Any]]:
    hidden = {"id", "person_id", "fingerprint"}
    shown = [column for column in table.c if column.name not in hidden]
    return [dict(row._mapping) for row in tx.execute(select(*shown).where(condition))]  # noqa: SLF001 - its public name


def _mail(tx: Connection, entry: listing.Entry, words: dict[int, Any]) -> dict[str, Any]:
    draft = words.get(entry.id)
    return {
        "campaign": entry.campaign,
        "round": entry.round,
        "status": entry.status,
        "address": entry.address,
        "subject": entry.subject,
        "sent_at": entry.sent_at,
        "text": draft.text if draft else "",
        "attachments": [file.name for file in draft.attachments] if draft else [],
        "events": [asdict(event) for event in history_of(tx, entry.id)],
    }


def _about(addresses: Iterable[str], ids: Iterable[int]) -> Any:
    return or_(func.lower(incoming.c.address).in_(list(addresses)), incoming.c.delivery_id.in_(list(ids)))


def forget(tx: Connection, address: str, *, at: datetime, who: str) -> int:
    """Take away all that names the people behind an address, cancel what waits, and block it by a hash.

    Returns how many mails were emptied. Works for an address never seen too: it is blocked all the same.
    """
    persons = people.find(tx, address)
    addresses = {on_the_wire(address).casefold(), *people.addresses_of(tx, persons)}
    _block(tx, addresses, at, who)
    by_address = func.lower(deliveries.c.address).in_(addresses)
    shared = select(members.c.delivery_id).where(members.c.person_id.in_(persons))
    mine = select(deliveries.c.id).where(
        or_(by_address, deliveries.c.person_id.in_(persons), deliveries.c.id.in_(shared))
    )
    ids = list(tx.execute(mine).scalars())
    tx.execute(delete(incoming).where(_about(addresses, ids)))
    _empty(tx, ids, at, who)
    tx.execute(delete(history).where(history.c.person_id.in_(persons)))
    tx.execute(delete(identities).where(identities.c.person_id.in_(persons)))
    tx.execute(update(people_table).where(people_table.c.id.in_(persons)).values(name=""))
    return len(ids)


def _block(tx: Connection, addresses: Iterable[str], at: datetime, who: str) -> None:
    salt = suppressions.salt_of(tx)
    for address in addresses:
        suppressions.remove(tx, address)
        suppressions.add(tx, suppressions.hashed(address, salt), reason=FORGOTTEN, who=who, at=at)


def _empty(tx: Connection, ids: list[int], at: datetime, who: str) -> None:
    move(tx, ids, Status.CANCELLED, at=at, who=who, note=FORGOTTEN, only_from=PENDING)
    theirs = _attached(tx, ids)
    for batch in batches(ids):
        tx.execute(update(events).where(events.c.delivery_id.in_(batch)).values(note=""))
        tx.execute(delete(members).where(members.c.delivery_id.in_(batch)))
        tx.execute(update(deliveries).where(deliveries.c.id.in_(batch)).values(**_EMPTY))
    _drop_attachments(tx, theirs)


def purge(tx: Connection, before: datetime) -> int:
    """Take the words out of mails that were done before then; who, when and what became of them stays."""
    moved_last = select(func.max(events.c.at)).where(events.c.delivery_id == deliveries.c.id).scalar_subquery()
    old = select(deliveries.c.id).where(
        deliveries.c.status.in_(_DONE),
        func.length(deliveries.c.words) > 0,
        func.coalesce(deliveries.c.sent_at, deliveries.c.due_at, deliveries.c.approved_at, moved_last) < before,
    )
    ids = list(tx.execute(old).scalars())
    theirs = _attached(tx, ids)
    for batch in batches(ids):
        tx.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(batch))
            .values(words=b"", beneath_words=None, approved_words=None, edit=None, problems=[])
        )
    tx.execute(update(incoming).where(incoming.c.at < before, incoming.c.words != "").values(words=""))
    _drop_attachments(tx, theirs)
    return len(ids)


def _attached(tx: Connection, ids: Iterable[int]) -> set[str]:
    """The digests of what is attached to these mails, whose words are read a few at a time."""
    drafts = (draft for batch in batches(ids) for draft in listing.words_of(tx, batch).values())
    return {each.digest for draft in drafts for each in draft.attachments}


def _drop_attachments(tx: Connection, digests: set[str]) -> None:
    """Drop files that no remaining mail needs; every mail is looked at, so only where there is something to drop."""
    if not digests:
        return
    remaining = tx.execute(select(deliveries.c.id).where(func.length(deliveries.c.words) > 0)).scalars()
    tx.execute(delete(attachments).where(attachments.c.digest.in_(digests - _attached(tx, list(remaining)))))
