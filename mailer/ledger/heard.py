"""What came back, as the ledger keeps it: how far each mailbox was read, each mail once, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailer.ledger import listing
from mailer.ledger.people import ADDRESS
from mailer.ledger.schema import beside, deliveries, history, identities, incoming, mailboxes
from mailer.model import LEFT, Status


@dataclass(frozen=True, slots=True)
class Returned:
    """One mail that came back, as it is kept."""

    account: str
    at: datetime
    kind: str
    address: str
    subject: str
    words: str
    note: str
    delivery_id: int | None


def position(tx: Connection, account: str, folder: str) -> tuple[int, int]:
    """How far a folder was read: UIDVALIDITY and the last UID; zeros for a folder never read."""
    row = tx.execute(
        select(mailboxes.c.uid_validity, mailboxes.c.last_uid).where(
            mailboxes.c.account == account, mailboxes.c.folder == folder
        )
    ).first()
    return (row.uid_validity, row.last_uid) if row else (0, 0)


def reached(tx: Connection, account: str, folder: str, uid_validity: int, last_uid: int, *, at: datetime) -> None:
    """Note how far a folder is read now; never back, within one validity."""
    known_validity, known_uid = position(tx, account, folder)
    if known_validity == uid_validity:
        last_uid = max(last_uid, known_uid)
    tx.execute(mailboxes.delete().where(mailboxes.c.account == account, mailboxes.c.folder == folder))
    tx.execute(
        mailboxes.insert().values(
            account=account, folder=folder, uid_validity=uid_validity, last_uid=last_uid, checked_at=at
        )
    )


class SentIds:
    """Answers `in`: whether a Message-ID is of a mail of ours."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def __contains__(self, message_id: object) -> bool:
        found = self._tx.execute(select(deliveries.c.id).where(deliveries.c.message_id == message_id))
        return found.first() is not None


class WrittenTo:
    """Answers `in`: whether mail went to an address, in lower case, since then."""

    def __init__(self, tx: Connection, since: datetime) -> None:
        self._tx = tx
        self._since = since

    def __contains__(self, address: object) -> bool:
        return _latest_to(self._tx, str(address), self._since) is not None


def first_sent_at(tx: Connection, account: str) -> datetime | None:
    """When the account first sent anything: nothing before can be an answer."""
    return tx.execute(select(func.min(deliveries.c.sent_at)).where(deliveries.c.account == account)).scalar()


def entries_of(tx: Connection, message_ids: Iterable[str]) -> list[listing.Entry]:
    """The deliveries that have these Message-IDs."""
    ids = tx.execute(select(deliveries.c.id).where(deliveries.c.message_id.in_(list(message_ids)))).scalars()
    return listing.entries(tx, ids=ids)


def entry_of(tx: Connection, message_ids: Iterable[str], address: str, since: datetime) -> listing.Entry | None:
    """The delivery that a mail is about: by the first Message-ID of ours, else the last one sent to its sender."""
    for message_id in message_ids:
        found = tx.execute(select(deliveries.c.id).where(deliveries.c.message_id == message_id)).scalar()
        if found is not None:
            return listing.entries(tx, ids=[found])[0]
    latest = _latest_to(tx, address, since)
    return listing.entries(tx, ids=[latest])[0] if latest is not None else None


def _latest_to(tx: Connection, address: str, since: datetime) -> int | None:
    """The last mail to an address: looked for among the people known under it, however many mails there are."""
    theirs = select(identities.c.person_id).where(
        identities.c.source == ADDRESS, identities.c.key == address.casefold()
    )
    return tx.execute(
        select(deliveries.c.id)
        .where(deliveries.c.person_id.in_(theirs), beside(deliveries.c.status).in_(LEFT))
        .where(func.lower(deliveries.c.address) == address, deliveries.c.sent_at > since)
        .order_by(deliveries.c.sent_at.desc())
        .limit(1)
    ).scalar()


def is_seen(tx: Connection, account: str, fingerprint: str) -> bool:
    """Whether this mail was read before."""
    return (
        tx.execute(
            select(incoming.c.id).where(incoming.c.account == account, incoming.c.fingerprint == fingerprint)
        ).first()
        is not None
    )


def keep(tx: Connection, returned: Returned, fingerprint: str) -> None:
    """Keep a mail that came back."""
    tx.execute(
        incoming.insert().values(
            account=returned.account,
            fingerprint=fingerprint,
            at=returned.at,
            kind=returned.kind,
            address=returned.address,
            subject=returned.subject,
            words=returned.words,
            note=returned.note,
            delivery_id=returned.delivery_id,
        )
    )


def note(
    tx: Connection, person: int, kind: str, words: str, *, at: datetime, who: str, delivery_id: int | None = None
) -> None:
    """Write a line into a person's history.

    By the mailbox: "replied", "absent", "bounced", "complained", "unsubscribed", "noted"; by a person: "heard", "memo".
    """
    tx.execute(
        history.insert().values(person_id=person, at=at, kind=kind, note=words, who=who, delivery_id=delivery_id)
    )


def sent_after(tx: Connection, account: str, after: datetime, *, limit: int) -> list[listing.Entry]:
    """The first `limit` of the account's mails sent after then whose words are still kept.

    And those beyond that went in the same instant as the last of them: the next look goes on after it.
    """
    kept = (
        select(deliveries.c.id, deliveries.c.sent_at)
        .where(deliveries.c.account == account, deliveries.c.status == Status.SENT, deliveries.c.sent_at > after)
        .where(func.length(deliveries.c.words) > 0)
        .order_by(deliveries.c.sent_at)
    )
    first = tx.execute(kept.limit(limit)).all()
    ids = tx.execute(kept.where(deliveries.c.sent_at <= first[-1].sent_at)).scalars() if first else ()
    return listing.entries(tx, ids=ids)


def doubtful(tx: Connection, account: str) -> list[listing.Entry]:
    """The account's deliveries whose fate is unconfirmed."""
    return [each for each in listing.entries(tx, statuses=[Status.UNCONFIRMED]) if each.account == account]
