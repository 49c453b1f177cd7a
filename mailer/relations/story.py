"""The whole story of one relation: the facts of the sheet, what we know, what has been, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailer.errors import UsageError
from mailer.ledger import listing, people, suppressions, touches
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger, Transaction
from mailer.ledger.touches import MEMO, REPLIED, Line
from mailer.model import Contact, Memo, Status
from mailer.relations.reading import Relation, Relations

#: Statuses of a mail that may still go.
_COMING = (Status.DRAFT, Status.QUEUED, Status.SENDING)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened between us."""

    at: datetime
    #: A status of a mail of ours ("sent", "bounced"), or "replied", "heard", "absent" …
    kind: str
    words: str
    #: The account, or who logged it.
    by: str
    #: "" for what no campaign did.
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One person."""

    person: int
    #: None for somebody who is no longer in any sheet.
    relation: Relation | None
    addresses: tuple[str, ...]
    memos: tuple[Memo, ...]
    #: Oldest first.
    events: tuple[Event, ...]
    #: Mails that wait: for a yes, or for their hour.
    coming: tuple[Entry, ...]
    #: Why they must not be written to; "" where they may.
    suppressed: str


def person_of(tx: Transaction, who: str) -> int:
    """The one person known by that address or client number. UsageError for a stranger, and for two people."""
    found = people.find(tx, who.strip())
    if not found:
        raise UsageError(
            f"Nobody in the sheets or the ledger is known as “{who}”.",
            cure="`mailer contacts list SOURCE` names who is in a sheet.",
        )
    if len(found) > 1:
        raise _ambiguous(who, len(found))
    return found[0]


def find_contact(ledger: Ledger, relations: Relations, who: str) -> Contact | None:
    """The contact of the sheets that an address or client number names; UsageError where it names two."""
    with ledger.read() as tx:
        known = people.find(tx, who.strip())
    found = [each.contact for each in relations.everyone if not set(known).isdisjoint(each.people)]
    if len(known) > 1 and len(found) > 1:
        raise _ambiguous(who, len(found))
    named = (
        contact for contact in found if who.strip().casefold() in {contact.key.casefold(), contact.address.casefold()}
    )
    first = next(named, found[0] if found else None)
    return _row_of(first, who.strip()) if first else None


def _row_of(contact: Contact, who: str) -> Contact:
    """Of a household or group, the one whose address or key was named; else whom a mail to all is addressed to."""
    return next((row for row in contact.members if who.casefold() in {row.key.casefold(), row.address}), contact)


def _ambiguous(who: str, count: int) -> UsageError:
    other = "the key of their row, such as C0012" if "@" in who else "their address"
    return UsageError(f"{count} people share “{who}”.", cure=f"Name the one you mean by {other}.")


def story_of(ledger: Ledger, relations: Relations, who: str) -> Story:
    """Tell the story of whom an address or client number names. UsageError for a stranger."""
    with ledger.read() as tx:
        person = person_of(tx, who)
    return tell(ledger, person, relations.of(person))


def tell(ledger: Ledger, person: int, relation: Relation | None) -> Story:
    """Tell the story of one person of the ledger; `relation` is None for who is in no sheet any more."""
    everyone = relation.people if relation else (person,)
    with ledger.read() as tx:
        mails = listing.entries(tx, persons=everyone)
        lines = touches.lines_of(tx, everyone)
        addresses = tuple(people.addresses_of(tx, everyone))
        blocked = suppressions.among(tx, addresses)
    noted = tuple(Memo(line.note) for line in lines if line.kind == MEMO)
    return Story(
        person,
        relation,
        addresses,
        relation.memos if relation else noted,
        tuple(sorted(_events(mails, lines), key=lambda event: event.at)),
        tuple(entry for entry in mails if entry.status in _COMING),
        "; ".join(dict.fromkeys(blocked.values())),
    )


def _events(mails: list[Entry], lines: list[Line]) -> Iterator[Event]:
    campaigns = {entry.id: entry.campaign for entry in mails}
    for entry in mails:
        if entry.sent_at and entry.status not in _COMING:
            yield Event(entry.sent_at, entry.status.value, entry.subject, entry.account, entry.campaign)
    for line in lines:
        if line.kind != MEMO:
            about = campaigns.get(line.delivery_id or 0, "") if line.kind == REPLIED else ""
            yield Event(line.at, line.kind, line.note, line.who, about)
