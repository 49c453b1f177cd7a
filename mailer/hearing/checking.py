"""One check of an account's mailbox: new mail is fetched, understood and recorded, batch by batch; doubts are settled.

Each batch and the position it reaches are one transaction: a line cut in the middle costs the batch in hand, which
is read again, and nothing is done twice.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from mailer.config import Mailbox as Place
from mailer.hearing.effects import WHO, News, act
from mailer.hearing.filing import IN_DRAFTS, file_copies
from mailer.ledger import heard
from mailer.ledger.listing import Entry
from mailer.ledger.moves import move
from mailer.ledger.opening import Ledger, Transaction
from mailer.mailbox import Incoming, Kind, Known, read
from mailer.mailbox.imap import Fetched, LineCutError, Mailbox, Position
from mailer.model import Status

#: How long after our last mail to somebody his own counts as an answer.
_ANSWERS_WITHIN = timedelta(days=90)
#: How often a check comes back after its line was cut, as long as it gets further each time.
_COMES_BACK = 3
#: What is put away where the config names a folder for it.
_FILED = frozenset({Kind.NOTICE, Kind.AUTOMATIC, Kind.COMPLAINT, Kind.REPORT})


@dataclass(slots=True)
class Check:
    """What one check found, growing while it works."""

    account: str
    #: How many mails were looked at.
    read: int = 0
    #: Kind → how many mails of that kind are new, "other" for those that are not about us.
    counts: Counter[str] = field(default_factory=Counter)
    news: list[News] = field(default_factory=list)
    #: Deliveries in doubt that were found in Sent.
    settled: int = 0
    #: Copies put into Sent.
    copies: int = 0


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a check works with."""

    ledger: Ledger
    account: str
    own: frozenset[str]
    now: datetime
    today: date


def check(
    open_mailbox: Callable[[], Mailbox],
    ledger: Ledger,
    account: str,
    place: Place,
    *,
    own: frozenset[str],
    now: datetime,
    today: date,
) -> Check:
    """Read what is new in an account's folders and act upon it; `own` are the addresses of our own accounts.

    Raises ServerError when the mailbox cannot be read to the end; what was read until then is recorded.
    """
    desk = _Desk(ledger, account, own, now, today)
    found = Check(account)
    for last in (*[False] * _COMES_BACK, True):
        before = found.read
        try:
            _read_all(open_mailbox, place, desk, found)
        except LineCutError:
            if last or found.read == before:
                raise
        else:
            break
    return found


def _read_all(open_mailbox: Callable[[], Mailbox], place: Place, desk: _Desk, found: Check) -> None:
    with open_mailbox() as mailbox:
        for folder in place.folders:
            _read_folder(mailbox, folder, desk, found, place.file_into)
        found.settled += _settle(mailbox, desk)
        if place.sent_copies:
            found.copies += file_copies(mailbox, desk.ledger, desk.account, now=desk.now)


def _read_folder(mailbox: Mailbox, folder: str, desk: _Desk, found: Check, file_into: str) -> None:
    with desk.ledger.read() as tx:
        since = Position(*heard.position(tx, desk.account, folder))
        began_at = heard.first_sent_at(tx, desk.account)
    to_file: list[int] = []
    first_day = (began_at or desk.now).date() - timedelta(days=1)  # the server's day may not be ours
    for position, batch in mailbox.new_mail(folder, since, first_day):
        understood = _understand([letter for letter in batch if not letter.refusal], desk)
        with desk.ledger.begin() as tx:
            for letter in batch:
                if letter.refusal:
                    _tell_refused(tx, letter, f"{folder} {position.uid_validity} {letter.uid}", desk, found)
            for letter, fingerprint, mail in understood:
                if _record(tx, fingerprint, mail, desk, found) and mail.kind in _FILED:
                    to_file.append(letter.uid)
            heard.reached(tx, desk.account, folder, position.uid_validity, position.last_uid, at=desk.now)
        found.read += len(batch)
    if file_into and to_file:
        mailbox.move(folder, to_file, file_into)


def _understand(batch: Sequence[Fetched], desk: _Desk) -> list[tuple[Fetched, str, Incoming]]:
    with desk.ledger.read() as tx:
        known = Known(heard.SentIds(tx), heard.WrittenTo(tx, desk.now - _ANSWERS_WITHIN), desk.own)
        return list(_each(batch, known, desk.today))


def _each(batch: Sequence[Fetched], known: Known, today: date) -> Iterator[tuple[Fetched, str, Incoming]]:
    for letter in batch:
        mail = read(letter.content, known, today=today)
        yield letter, mail.message_id or hashlib.blake2b(letter.content, digest_size=16).hexdigest(), mail


def _record(tx: Transaction, fingerprint: str, mail: Incoming, desk: _Desk, found: Check) -> bool:
    """Act upon one mail and keep it, unless it was kept before; True if it is about us."""
    if heard.is_seen(tx, desk.account, fingerprint):
        return False
    news = _acted(tx, mail, desk)
    found.counts[mail.kind if news else Kind.OTHER] += 1
    if news is None:
        return False
    found.news.append(news)
    kept = heard.Returned(
        desk.account, desk.now, news.kind, mail.address, mail.subject, news.words, news.note, news.delivery_id
    )
    heard.keep(tx, replace(kept, address="", subject="", words="") if news.is_nameless else kept, fingerprint)
    return True


def _tell_refused(tx: Transaction, letter: Fetched, fingerprint: str, desk: _Desk, found: Check) -> None:
    """What the server does not hand out may be an answer: a person has to look."""
    if heard.is_seen(tx, desk.account, fingerprint):
        return
    note = "the server does not hand it out; look at it in your mail program"
    found.counts[Kind.UNCLEAR] += 1
    found.news.append(News(Kind.UNCLEAR, "", "", "", letter.refusal, note))
    heard.keep(
        tx, heard.Returned(desk.account, desk.now, Kind.UNCLEAR, "", "", letter.refusal, note, None), fingerprint
    )


def _acted(tx: Transaction, mail: Incoming, desk: _Desk) -> News | None:
    if not mail.is_ours and mail.kind is not Kind.UNSUBSCRIBE:
        return None
    entry = heard.entry_of(tx, mail.about, mail.address, desk.now - _ANSWERS_WITHIN)
    return act(tx, mail, entry, at=desk.now)


def _is_there(mailbox: Mailbox, sent: str, entry: Entry) -> bool:
    """By our Message-ID; one that its owner finished may have another, then by recipient and subject."""
    if mailbox.has(sent, entry.message_id):
        return True
    if entry.last_reply != IN_DRAFTS or entry.sent_at is None:
        return False
    return mailbox.has_like(sent, entry.address, entry.subject, entry.sent_at.date() - timedelta(days=1))


def _settle(mailbox: Mailbox, desk: _Desk) -> int:
    """Deliveries in doubt that lie in Sent have gone: say so, with the proof."""
    with desk.ledger.read() as tx:
        doubtful = heard.doubtful(tx, desk.account)
    sent = mailbox.special_folder("Sent") if doubtful else None
    if not sent:
        return 0
    found = [each.id for each in doubtful if _is_there(mailbox, sent, each)]
    with desk.ledger.begin() as tx:
        return len(
            move(tx, found, Status.SENT, at=desk.now, who=WHO, note=f"found in {sent}", only_from=[Status.UNCONFIRMED])
        )
