"""The values that walk from a sheet row to a server's answer, and the moves a delivery may make.

Everything here is immutable and knows no input or output: Contact → Draft → Delivery → Message → Receipt,
with Problems found on the way. What travels between processes has no slots: it is packed and unpacked in half the time.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Self

#: What a cell can hold, typed. None is an empty cell.
Value = None | str | bool | int | float | Decimal | datetime | date | time | timedelta

#: What people write for "no" in a yes/no column (`on_hold`), case-folded.
NO_WORDS = frozenset({"no", "n", "non", "nein", "não", "nao", "false", "faux", "falsch", "0", "-"})


@dataclass(frozen=True, eq=False)
class Field:
    """One column's value for one contact: printed as Excel shows it, compared and computed by what it is."""

    #: The text as Excel shows it, "" for an empty cell.
    shown: str
    #: The typed value behind it.
    value: Value = None

    def __str__(self) -> str:
        return self.shown

    def __bool__(self) -> bool:
        return bool(self.value) and self.shown.strip().casefold() not in NO_WORDS

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == _plain(other)

    def __lt__(self, other: object) -> bool:
        return self.value < _plain(other)  # type: ignore[operator]

    def __le__(self, other: object) -> bool:
        return self.value <= _plain(other)  # type: ignore[operator]

    def __gt__(self, other: object) -> bool:
        return self.value > _plain(other)  # type: ignore[operator]

    def __ge__(self, other: object) -> bool:
        return self.value >= _plain(other)  # type: ignore[operator]

    def __contains__(self, other: object) -> bool:
        return str(other) in self.shown


def _plain(other: object) -> object:
    return other.value if isinstance(other, Field) else other


class Severity(StrEnum):
    """How much a problem weighs."""

    NOTE = "note"  #: worth knowing
    WARN = "warn"  #: worth a look before sending
    HOLD = "hold"  #: this row or draft does not go out until it is mended


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect in the user's data, as a value that points at its place."""

    #: The place: "clients.xlsx › Clients › C14", "thank-you.md, line 7", or "draft 12".
    where: str
    #: What is wrong, one sentence.
    what: str
    #: What to do about it, one sentence, or "".
    cure: str = ""
    severity: Severity = Severity.WARN
    #: A stable slug that groups alike problems, such as "no-address".
    kind: str = ""


@dataclass(frozen=True)
class Source:
    """Where a contact stands: file as configured, sheet ("" for text files), row as Excel counts, from 1."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        """The place as problems tell it, by the file's name alone: "clients.xlsx › Clients › row 3"."""
        name = self.file.replace("\\", "/").rpartition("/")[2]
        return " › ".join(part for part in (name, self.sheet, f"row {self.row}") if part)

    def beside(self, other: Source) -> str:
        """The same as told at another place: on one sheet the row says enough."""
        return f"row {self.row}" if (self.file, self.sheet) == (other.file, other.sheet) else str(self)


@dataclass(frozen=True, slots=True)
class Memo:
    """What we know about a person and never mail. It is no text, so nothing that takes words for a mail takes it."""

    #: As it stands in the sheet, or was noted by hand.
    words: str
    #: The firm's day it was noted on; None for the sheet's.
    noted_on: date | None = None

    def __str__(self) -> str:
        """For our own eyes: on the desk, in a preview, in a story."""
        return f"{self.words} (noted {self.noted_on:%d %b %Y})" if self.noted_on else self.words


@dataclass(frozen=True)
class Contact:
    """One row, one person; or several rows joined into one mail, then `members` holds each of them."""

    #: The configured key column's shown text, else the normalised address: who this is in its source.
    key: str
    #: Normalised: what goes on the wire (see `mailer.addresses`).
    address: str
    #: Display name, "" when the sheet has none.
    name: str = ""
    #: Column name (`client_since`) → field; memos are never among them.
    fields: Mapping[str, Field] = field(default_factory=dict)
    audience: str = ""
    #: What the sheet calls the person in the firm who knows this contact.
    owner: str = ""
    #: BCP 47 language ("fr", "pt-BR"), "" for the firm's.
    language: str = ""
    #: ISO 3166 alpha-2, "" for the firm's.
    country: str = ""
    #: IANA zone, "" when not told.
    timezone: str = ""
    source: Source = Source("", "", 0)
    #: The configured name of the source ("clients").
    source_name: str = ""
    #: What we know about the person and never mail.
    memos: tuple[Memo, ...] = ()
    #: Further addresses of the same mail (`several: together`).
    also: tuple[str, ...] = ()
    #: 0, except for the second and later address of one row (`several: each`).
    copy: int = 0
    #: The rows of a household or group, this one first; empty for a contact that is one row.
    members: tuple[Contact, ...] = ()
    #: What the reader found on this row; a HOLD among them holds its draft.
    problems: tuple[Problem, ...] = ()

    @property
    def cells(self) -> dict[str, str]:
        """Column → what its cell shows, of the cells that show something, each once."""
        once: dict[int, tuple[str, str]] = {}
        for name, cell in self.fields.items():  # the well-known names are further names of the sheet's own fields
            once.setdefault(id(cell), (name, cell.shown))
        return {name: shown for name, shown in once.values() if shown.strip()}

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that its mail goes to."""
        return self.address, *self.also


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a draft; its bytes lie in the ledger under the digest."""

    name: str
    #: Hex BLAKE2b-256 of the bytes.
    digest: str
    #: Bytes, before any transfer encoding.
    size: int
    #: Such as "application/pdf".
    media_type: str = "application/octet-stream"
    #: For an inline image: the id its <img src="cid:…"> uses; "" for a real attachment.
    content_id: str = ""


@dataclass(frozen=True)
class Draft:
    """The finished words of one mail, awaiting a person's yes."""

    campaign: str
    #: The round's name: "1", "2026-11", "birthday-2026".
    round: str
    #: The account that sends it.
    account: str
    #: The From header, "Ada Obi <ada@harbourvale.example>".
    from_: str
    #: Each "Name <address>" or a bare address.
    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    step: int = 0
    #: The ledger's id of the person.
    person: int = 0
    copy: int = 0
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    #: "personal" or "marketing"; decides the machine headers.
    kind: str = "personal"
    #: Whether it says how to leave, in a header and at its foot: marketing always, personal mail if its campaign asks.
    unsubscribe: bool = False
    #: The conditions its template took, such as ("if personal_line", "else of amount").
    branches: tuple[str, ...] = ()
    #: Hex BLAKE2b-256 over envelope, From, subject, both bodies and the attachments; "" until `sealed`.
    digest: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The bare addresses of everyone it goes to: to, cc and bcc."""
        return tuple(bare_address(each) for each in (*self.to, *self.cc, *self.bcc))


def bare_address(recipient: str) -> str:
    """The address in "Name <address>", or the text itself where there is no name."""
    return recipient[recipient.rindex("<") + 1 : -1] if recipient.endswith(">") else recipient


def new_message_id(from_: str) -> str:
    """`<128 random bits@domain of the From address>`: made once, when a draft is queued, and kept for good."""
    return f"<{secrets.token_hex(16)}@{_domain_of(from_)}>"


@lru_cache(maxsize=16)
def _domain_of(from_: str) -> str:
    return bare_address(from_).rpartition("@")[2].encode("idna").decode("ascii")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person changed in one draft by hand: literal text, never a template. None leaves a part as it is."""

    personal_line: str | None = None
    subject: str | None = None
    #: Markdown; only for drafts of Markdown templates.
    body: str | None = None


class Status(StrEnum):
    """Where a delivery stands. `sent` means the first server said 250; nothing is ever called delivered."""

    DRAFT = "draft"  #: rendered, awaiting a person
    QUEUED = "queued"  #: approved, waiting for its hour
    SENDING = "sending"  #: its content may be leaving
    SENT = "sent"  #: the server accepted it
    FAILED = "failed"  #: the server refused it for good
    UNCONFIRMED = "unconfirmed"  #: it may have gone: no answer after the final dot, or a crash
    BOUNCED = "bounced"  #: refused later, by a notice
    DISCARDED = "discarded"  #: a person said no
    MISSED = "missed"  #: its time passed before it could go
    CANCELLED = "cancelled"  #: the campaign or the contact was cancelled, or suppressed


#: From → to. A move that is not here does not exist.
MOVES: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.QUEUED, Status.DISCARDED, Status.MISSED, Status.CANCELLED}),
    Status.QUEUED: frozenset({Status.SENDING, Status.DRAFT, Status.MISSED, Status.CANCELLED}),
    Status.SENDING: frozenset({Status.SENT, Status.QUEUED, Status.FAILED, Status.UNCONFIRMED}),
    Status.SENT: frozenset({Status.BOUNCED}),
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.UNCONFIRMED: frozenset({Status.SENT, Status.QUEUED, Status.CANCELLED}),
    Status.BOUNCED: frozenset(),
    Status.DISCARDED: frozenset({Status.DRAFT}),
    Status.MISSED: frozenset({Status.DRAFT, Status.CANCELLED}),
    Status.CANCELLED: frozenset(),
}
#: Mail that can still be kept from going out.
PENDING = (Status.DRAFT, Status.QUEUED, Status.MISSED)
#: Mail that has left us.
LEFT = (Status.SENT, Status.UNCONFIRMED, Status.BOUNCED)


@dataclass(frozen=True)
class Delivery:
    """One draft on its way to one contact: the same ledger row, seen after approval."""

    id: int
    draft: Draft
    status: Status
    #: "<…@sender's domain>", made when queued, kept for good.
    message_id: str
    due_at: datetime
    attempts: int = 0
    #: When it was first tried; None before.
    first_attempt_at: datetime | None = None
    #: Where its recipient is: IANA zone and ISO country, "" for the firm's.
    zone: str = ""
    country: str = ""
    #: The server's last words, "" before any.
    last_reply: str = ""
    #: Message-IDs this one answers, oldest first: the thread of a follow-up.
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """The exact bytes and their envelope."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    message_id: str
    #: CRLF lines, not dot-stuffed, ending in CRLF.
    content: bytes

    @cached_property
    def stuffed(self) -> bytes:
        """The content as SMTP wants it: dots doubled at line starts (RFC 5321 section 4.5.2)."""
        stuffed = self.content.replace(b"\r\n.", b"\r\n..")
        return b"." + stuffed if stuffed.startswith(b".") else stuffed

    @cached_property
    def is_ascii(self) -> bool:
        """Whether any server takes the content; otherwise only one that offers 8BITMIME (RFC 6152)."""
        return self.content.isascii()


class Outcome(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"  #: 2xx after the final dot
    DEFERRED = "deferred"  #: 4xx, or a line cut before the terminator was handed over: safe to try again
    REFUSED = "refused"  #: 5xx for this message or recipient
    UNCONFIRMED = "unconfirmed"  #: silence after the terminator
    STOPPED = "stopped"  #: the server speaks to the account (quota, login, policy); this mail was not taken


class Phase(StrEnum):
    """Where in the SMTP conversation the answer came."""

    CONNECT = "connect"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server answered to one attempt."""

    outcome: Outcome
    phase: Phase
    #: The three-digit reply code, 0 where there was no answer.
    code: int = 0
    #: "5.1.1" (RFC 3463), "" where the server gave none.
    enhanced: str = ""
    #: The server's words, or ours where it had none.
    text: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code or ""), self.enhanced, self.text)))


#: The units a period may be written in.
UNITS = ("minute", "hour", "day", "working day", "week", "month", "year")
#: How many days each has at most.
_DAYS = dict(zip(UNITS, (1 / 1440, 1 / 24, 1, 3, 7, 31, 366), strict=True))
#: Days that a period may have: beyond a century somebody meant something else, and the calendar ends some day.
LONGEST_PERIOD = 36_600
_PERIOD = re.compile(rf"\s*(-?\d+)\s+({'|'.join(UNITS)})s?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of calendar time as people write it: "90 days", "10 working days", "-3 days"."""

    count: int
    #: One of `UNITS`, singular.
    unit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2 hours"; raises ValueError with what is allowed."""
        match = _PERIOD.fullmatch(text)
        if not match:
            units = ", ".join(f"{unit}s" for unit in UNITS[:-1])
            raise ValueError(f"“{text}” is not a period, such as `90 days`; it may be in {units} or {UNITS[-1]}s")
        count, unit = int(match[1]), match[2].lower()
        if abs(count) * _DAYS[unit] > LONGEST_PERIOD:
            raise ValueError(f"“{text}” is longer than a hundred years")
        return cls(count, unit)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if abs(self.count) == 1 else 's'}"
