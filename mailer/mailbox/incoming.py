"""The values that reading a mailbox gives: what kind of mail it is, whom it is about, and what it says."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a mail in the mailbox is."""

    COMPLAINT = "complaint"  #: somebody called our mail spam (RFC 5965)
    NOTICE = "notice"  #: a server tells what became of a mail
    AUTOMATIC = "automatic"  #: out of office and its relatives
    UNSUBSCRIBE = "unsubscribe"  #: a wish to be left in peace
    REPLY = "reply"  #: a person answers
    OPENED = "opened"  #: a mail program says that it showed our mail (RFC 8098)
    REPORT = "report"  #: a machine's report to the firm: DMARC failures, viruses, "not spam"
    OTHER = "other"  #: not about us
    UNCLEAR = "unclear"  #: about us, and not understood: kept and counted


class Action(StrEnum):
    """What a notice says became of the mail (RFC 3464 §2.3.3)."""

    FAILED = "failed"  #: it will not arrive
    DELAYED = "delayed"  #: the server goes on trying
    ARRIVED = "arrived"  #: delivered, relayed or expanded


class Reason(StrEnum):
    """Why a mail did not arrive."""

    NO_PERSON = "no-person"  #: nobody has this address
    NO_HOST = "no-host"  #: the domain does not exist, or takes no mail
    MOVED = "moved"  #: the person has another address now
    DISABLED = "disabled"  #: the mailbox is switched off
    FULL = "full"  #: the mailbox has no room
    UNREACHABLE = "unreachable"  #: the server could not be reached in time
    AUTHENTICATION = "authentication"  #: SPF, DKIM or DMARC: speaks to the firm
    SENDER = "sender"  #: our own address or domain is refused: speaks to the firm
    POLICY = "policy"  #: spam filter, block list, rule: speaks to the firm
    RATE = "rate"  #: too much at once
    CONTENT = "content"  #: size, format, virus
    SERVER = "server"  #: trouble over there
    UNSAID = "unsaid"  #: the notice gives no reason


#: The reasons that speak about the address itself: it will never work again.
HARD = frozenset({Reason.NO_PERSON, Reason.NO_HOST, Reason.MOVED})

#: The reasons that speak to the firm, not about the contact.
FOR_THE_FIRM = frozenset({Reason.AUTHENTICATION, Reason.SENDER, Reason.POLICY, Reason.RATE})

#: Each reason as a person would say it.
PLAIN_WORDS = {
    Reason.NO_PERSON: "nobody has this address",
    Reason.NO_HOST: "there is no mail server for this domain",
    Reason.MOVED: "the person has moved to another address",
    Reason.DISABLED: "the mailbox is switched off",
    Reason.FULL: "their mailbox is full",
    Reason.UNREACHABLE: "their mail server could not be reached in time",
    Reason.AUTHENTICATION: "their server does not believe the mail is ours: SPF, DKIM or DMARC need work",
    Reason.SENDER: "their server refuses our own address or domain",
    Reason.POLICY: "their server refused the mail by a rule or a spam filter",
    Reason.RATE: "their server takes no more mail from us for now",
    Reason.CONTENT: "their server did not take this content, its size or an attachment",
    Reason.SERVER: "their mail server has a fault",
    Reason.UNSAID: "the notice gives no reason",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a server says about one recipient."""

    #: Lower case, "" where the notice names nobody.
    recipient: str
    action: Action
    reason: Reason = Reason.UNSAID
    #: True if the address will never work again.
    is_hard: bool = False
    #: "5.1.1" (RFC 3463), "" where none is given.
    status: str = ""
    #: The SMTP reply code, 0 where none is given.
    code: int = 0
    #: The server's own words, one line.
    diagnostic: str = ""
    #: The address the mail was first sent to, where it was forwarded on the way.
    original_recipient: str = ""

    @property
    def words(self) -> str:
        """The reason as a person would say it."""
        return PLAIN_WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class Known:
    """What we know when a mail comes in; sets, or anything that answers `in`."""

    #: The Message-IDs of mail we sent, with their angle brackets.
    message_ids: Container[str] = frozenset()
    #: Addresses we wrote to in the last 90 days, lower case.
    written_to: Container[str] = frozenset()
    #: The addresses of our own accounts, lower case.
    own: Container[str] = frozenset()


class _Everything(Container[str]):
    def __contains__(self, _: object) -> bool:
        return True


#: As if every mail were an answer to one of ours.
EVERYTHING = Known(_Everything(), _Everything())


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail of the mailbox, understood as far as it can be."""

    kind: Kind
    #: The sender's address, lower case, "" where there is none.
    address: str = ""
    subject: str = ""
    #: Its own Message-ID.
    message_id: str = ""
    #: The Message-IDs of ours that it carries, the most direct first.
    about: tuple[str, ...] = ()
    #: It carries a Message-ID of ours, or comes from somebody we wrote to.
    is_ours: bool = False
    notices: tuple[Notice, ...] = ()
    #: What a person wrote: the first lines, quoted text cut off.
    words: str = ""
    #: Of an automatic mail: it speaks of somebody who is away, rather than for a desk or a filter.
    is_absence: bool = False
    #: When an absent person is back, if the mail says so.
    back_on: date | None = None
