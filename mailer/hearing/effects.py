"""One understood mail → what changes in the ledger because of it, and the news to tell about it.

Whatever is done is done once, in the transaction that also keeps the mail; the same mail read again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailer.ledger import heard, listing, people, suppressions, timing
from mailer.ledger.listing import Entry
from mailer.ledger.moves import move
from mailer.ledger.opening import Transaction
from mailer.mailbox import Incoming, Kind, Notice
from mailer.mailbox.incoming import FOR_THE_FIRM, Action
from mailer.model import PENDING, Status, bare_address

#: Who does what follows from a mail that came back.
WHO = "mailbox"


@dataclass(frozen=True, slots=True)
class News:
    """What a mail said and what was done about it, for a person to read."""

    kind: Kind
    address: str
    name: str
    subject: str
    #: The first words of a reply, or a server's own words.
    words: str
    #: What was done: "suppressed; 2 waiting mails cancelled".
    note: str
    campaign: str = ""
    delivery_id: int | None = None
    #: It speaks to the firm, not about the contact.
    for_the_firm: bool = False
    #: It is of somebody who asked to be forgotten: told, and nothing that names them is kept.
    is_nameless: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """A mail, the delivery it is about, and the transaction to act in."""

    tx: Transaction
    mail: Incoming
    entry: Entry
    at: datetime

    def note(self, kind: str, words: str) -> None:
        heard.note(self.tx, self.entry.person, kind, words, at=self.at, who=WHO, delivery_id=self.entry.id)

    def confirm(self, proof: str) -> None:
        """A delivery in doubt has gone: somebody answered it."""
        move(
            self.tx, [self.entry.id], Status.SENT, at=self.at, who=WHO, note=proof, only_from=[Status.UNCONFIRMED]
        )  # fmt: skip

    @property
    def is_certain(self) -> bool:
        """Whether the mail carries our Message-ID, which nobody else can know."""
        return self.entry.message_id in self.mail.about


def act(tx: Transaction, mail: Incoming, entry: Entry | None, *, at: datetime) -> News | None:
    """Do what follows from one mail of ours, or from a wish to leave; None for a wish that changes nothing."""
    if not _is_forgotten(tx, mail, entry):
        return _done(tx, mail, entry, at)
    if mail.kind is Kind.UNSUBSCRIBE:
        return None
    told = _news(mail, entry, "from somebody who asked to be forgotten: nothing of it is kept")
    return replace(_done(tx, mail, entry, at) or told if mail.kind is Kind.COMPLAINT else told, is_nameless=True)


def _is_forgotten(tx: Transaction, mail: Incoming, entry: Entry | None) -> bool:
    """Whether its sender asked to be forgotten, or it answers a mail that names nobody any more."""
    if suppressions.forgotten(tx, [mail.address]):
        return True
    return entry is not None and not entry.address and not people.find(tx, mail.address)


def _done(tx: Transaction, mail: Incoming, entry: Entry | None, at: datetime) -> News | None:
    if mail.kind is Kind.UNSUBSCRIBE:
        return _leaves(tx, mail, entry, at)
    deed = _DEEDS.get(mail.kind)
    if entry is None or deed is None:
        return _news(mail, entry, "kept, for you to look at")
    return deed(_Case(tx, mail, entry, at))


def _news(mail: Incoming, entry: Entry | None, note: str, *, words: str = "", for_the_firm: bool = False) -> News:
    return News(
        mail.kind,
        entry.address if entry else mail.address,
        entry.name if entry else "",
        mail.subject,
        words or mail.words,
        note,
        entry.campaign if entry else "",
        entry.id if entry else None,
        for_the_firm,
    )


def _replied(case: _Case) -> News:
    case.note("replied", case.mail.words)
    if case.is_certain:
        case.confirm("answered by the recipient")
    stopped = _stop_follow_ups(case)
    done = "heard from" + (f"; {_count(stopped, 'follow-up')} stopped" if stopped else "")
    return _news(case.mail, case.entry, done)


def _stop_follow_ups(case: _Case) -> int:
    ids = [each.id for each in _follow_ups(case)]
    return len(move(case.tx, ids, Status.CANCELLED, at=case.at, who=WHO, note="answered: no follow-up needed"))


def _follow_ups(case: _Case) -> list[Entry]:
    entry = case.entry
    later = listing.entries(
        case.tx, campaign=entry.campaign, round_name=entry.round, statuses=PENDING, persons=[entry.person]
    )
    return [each for each in later if each.step > entry.step]


def _answered_by_program(case: _Case) -> News:
    if case.mail.is_absence:
        return _absent(case)
    case.note("noted", "an automatic answer")
    if case.is_certain:
        case.confirm("an automatic reply came")
    return _news(case.mail, case.entry, "an automatic answer; no word of the person yet")


def _opened(case: _Case) -> News:
    """A receipt proves that the mail came; whether anybody read it, nobody knows."""
    case.note("noted", "their mail program says that it showed the mail")
    if case.is_certain:
        case.confirm("their mail program says that it showed the mail")
    return _news(case.mail, case.entry, "arrived; no answer yet")


def _absent(case: _Case) -> News:
    back_on = case.mail.back_on
    case.note("absent", f"back on {back_on}" if back_on else "no date given")
    if case.is_certain:
        case.confirm("an automatic reply came")
    waits = 0
    if back_on:
        due_at = datetime.combine(back_on + timedelta(days=1), time(9), ZoneInfo(case.entry.zone or "UTC"))
        later = [each for each in _follow_ups(case) if each.due_at and each.due_at < due_at]
        timing.retime(case.tx, {each.id: due_at for each in later})
        waits = len(later)
    done = f"absent until {back_on}" if back_on else "absent"
    return _news(case.mail, case.entry, done + (f"; {_count(waits, 'follow-up')} put off" if waits else ""))


def _told(case: _Case) -> News:
    """A server's notice: acted upon only if it carries our Message-ID; a forger cannot know it."""
    if not case.is_certain:
        return _news(case.mail, case.entry, "kept: it does not carry the mail it speaks of")
    told = [_told_of(case, notice) for notice in case.mail.notices]
    words = next((notice.diagnostic for notice in case.mail.notices if notice.diagnostic), "")
    firm = any(notice.reason in FOR_THE_FIRM for notice in case.mail.notices if notice.action is Action.FAILED)
    return _news(case.mail, case.entry, "; ".join(dict.fromkeys(told)), words=words, for_the_firm=firm)


def _told_of(case: _Case, notice: Notice) -> str:
    proof = f"{notice.words}{f' ({notice.status})' if notice.status else ''}"
    if notice.action is Action.ARRIVED:
        case.confirm("a server says that it arrived")
        return "arrived"
    case.confirm(f"a server speaks of it: {proof}")
    if notice.action is Action.DELAYED:
        case.note("noted", f"delayed: {proof}")
        return f"delayed: {proof}"
    return _failed(case, notice, proof)


def _failed(case: _Case, notice: Notice, proof: str) -> str:
    address = _addressed(case, notice)
    if not notice.is_hard or not address:
        case.note("noted", f"not delivered: {proof}")
        return f"not delivered: {proof}"
    suppressions.add(case.tx, address, reason=f"bounced: {proof}", who=WHO, at=case.at)
    if address == case.entry.address.lower():
        move(case.tx, [case.entry.id], Status.BOUNCED, at=case.at, who=WHO, note=proof)
        case.note("bounced", proof)
    cancelled = _cancel(case.tx, address, f"bounced: {proof}", case.at)
    return f"bounced, suppressed: {proof}" + (f"; {_count(cancelled, 'waiting mail')} cancelled" if cancelled else "")


def _addressed(case: _Case, notice: Notice) -> str:
    """The recipient of ours that the notice speaks of; "" when it names somebody whom we did not write to."""
    words = listing.words_of(case.tx, [case.entry.id]).get(case.entry.id)
    ours = {address.lower() for address in (words.recipients if words else [case.entry.address])}
    return next((each for each in (notice.original_recipient, notice.recipient) if each in ours), "")


def _complained(case: _Case) -> News:
    """One report may be about several mails: each of their recipients objects."""
    if not case.is_certain:
        return _news(case.mail, case.entry, "kept: it does not carry the mail it complains of")
    about = [replace(case, entry=each) for each in heard.entries_of(case.tx, case.mail.about) if each.address]
    cancelled = sum(map(_objected, about))
    return _news(case.mail, case.entry, f"suppressed everywhere; {_count(cancelled, 'waiting mail')} cancelled")


def _objected(case: _Case) -> int:
    addresses = addressees(case.tx, case.entry)
    case.confirm("its recipient complained about it")
    case.note("complained", case.mail.subject)
    for address in addresses:
        suppressions.add(case.tx, address, reason="complained: called our mail spam", who=WHO, at=case.at)
    return sum(_cancel(case.tx, address, "its recipient complained", case.at) for address in addresses)


def _leaves(tx: Transaction, mail: Incoming, entry: Entry | None, at: datetime) -> News | None:
    """Suppress the sender, or whoever of ours the mail he answers was written to, however long ago that was."""
    if people.find(tx, mail.address):
        addresses = [mail.address]
    elif entry:
        addresses = addressees(tx, entry)
    else:
        return None
    cancelled = leave(tx, addresses, entry, at=at, what=mail.subject)
    return _news(mail, entry, f"suppressed everywhere; {_count(cancelled, 'waiting mail')} cancelled")


def addressees(tx: Transaction, entry: Entry) -> list[str]:
    """Whom a mail was written to, not who had a copy: which of a household speaks, their answers need not tell.

    Who asked to be forgotten is blocked already, and not named again.
    """
    words = listing.words_of(tx, [entry.id]).get(entry.id)
    addresses = [bare_address(each) for each in words.to] if words else [entry.address]
    forgotten = suppressions.forgotten(tx, addresses)
    return [address for address in addresses if address not in forgotten]


def leave(tx: Transaction, addresses: Sequence[str], entry: Entry | None, *, at: datetime, what: str) -> int:
    """Suppress addresses whose owners want no more mail, once; returns how many waiting mails were cancelled.

    `entry` is the mail that made them say so, where one did.
    """
    reason = "asked for no more mail"
    added = [suppressions.add(tx, address, reason=reason, who=WHO, at=at) for address in addresses]
    if any(added):
        known = {person for address in addresses for person in people.find(tx, address)}
        for person in sorted(known) or ([entry.person] if entry else []):
            heard.note(tx, person, "unsubscribed", what, at=at, who=WHO, delivery_id=entry.id if entry else None)
    return sum(_cancel(tx, address, f"its recipient {reason}", at) for address in addresses)


def _cancel(tx: Transaction, address: str, why: str, at: datetime) -> int:
    pending = listing.entries(tx, address=address, statuses=PENDING)
    return len(move(tx, [each.id for each in pending], Status.CANCELLED, at=at, who=WHO, note=why))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


_DEEDS: dict[Kind, Callable[[_Case], News]] = {
    Kind.REPLY: _replied,
    Kind.AUTOMATIC: _answered_by_program,
    Kind.OPENED: _opened,
    Kind.NOTICE: _told,
    Kind.COMPLAINT: _complained,
}
