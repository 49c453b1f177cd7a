"""What an account is to send next, as messages: read and composed ahead of the wire, beside it where many wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, tee
from typing import NamedTuple

from mailer.compose import compose
from mailer.crew import Crew
from mailer.errors import MailerError
from mailer.ledger import drafts
from mailer.ledger.opening import Ledger
from mailer.ledger.queue import DueRow, delivery_of
from mailer.model import Delivery, Message

#: Mails a minute: from this pace on, a batch leaves in a second or two and may be composed at once.
FAST = 3000
#: A message says when it was written; one that waited longer is composed again.
FRESH = timedelta(seconds=5)


class Outbound(NamedTuple):
    """A row of the queue, with its message where that was composed ahead."""

    row: DueRow
    message: Message | None = None
    composed_at: datetime | None = None


class Ahead(NamedTuple):
    """The messages of a batch of rows, None where one needs the ledger or cannot be composed."""

    composed_at: datetime
    messages: Sequence[Message | None]


class Composer:
    """Makes an account's messages."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        eight_bit: bool,
        way_out: Callable[[Delivery], str],
        signed: Callable[[Message, datetime], Message],
        now: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._eight_bit = eight_bit
        self._way_out = way_out
        self._signed = signed
        self._now = now
        self._attachment = lru_cache(maxsize=16)(self._read_attachment)

    def message_of(self, outbound: Outbound) -> Message:
        """The message, dated a moment ago. Raises MailerError for a draft that no message can say."""
        at = outbound.composed_at
        if outbound.message and at and self._now() - at < FRESH:
            return outbound.message
        return self._compose(delivery_of(outbound.row), self._now())

    def ahead(self, rows: Sequence[DueRow]) -> Ahead:
        """A batch composed; what needs the ledger, or cannot be composed, is left to `message_of`."""
        date = self._now()
        return Ahead(date, [self._ahead(delivery_of(row), date) for row in rows])

    def _ahead(self, delivery: Delivery, date: datetime) -> Message | None:
        if delivery.draft.attachments:
            return None
        try:
            message = self._compose(delivery, date)
        except MailerError:
            return None
        _ = message.stuffed, message.is_ascii  # looked through here, where it is kept for the wire
        return message

    def _compose(self, delivery: Delivery, date: datetime) -> Message:
        message = compose(
            delivery,
            attachments={file.digest: self._attachment(file.digest) for file in delivery.draft.attachments},
            date=date,
            eight_bit=self._eight_bit,
            one_click=self._way_out(delivery),
        )
        return self._signed(message, date)

    def _read_attachment(self, digest: str) -> bytes:
        with self._ledger.read() as tx:
            return drafts.attachment_contents(tx, [digest])[digest]


def composed_ahead(
    batches: Iterable[Sequence[DueRow]], crew: Crew[Sequence[DueRow], Ahead]
) -> Iterator[list[Outbound]]:
    """Batches with the messages that a crew makes of them."""
    rows, asked = tee(batches)
    for ahead in crew.answers(asked):
        pairs = zip(next(rows), ahead.messages, strict=True)
        yield [Outbound(row, message, ahead.composed_at) for row, message in pairs]


def uncomposed(batches: Iterable[Sequence[DueRow]]) -> Iterator[list[Outbound]]:
    """Batches whose messages are composed when their time comes."""
    return (list(map(Outbound, rows)) for rows in batches)


class Outgoing:
    """Deliveries in the order in which they leave, taken from batches as they are needed."""

    def __init__(self, batches: Iterable[Sequence[Outbound]]) -> None:
        self._batches: Iterator[Sequence[Outbound]] = iter(batches)
        self._read: deque[Outbound] = deque()

    def take(self) -> Outbound | None:
        """The next one; None when there is no more."""
        return self._read.popleft() if self._has(1) else None

    def ids(self, count: int) -> list[int]:
        """The ids of the next so many, or of all that are left."""
        self._has(count)
        return [outbound.row.id for outbound in islice(self._read, count)]

    def _has(self, count: int) -> bool:
        while len(self._read) < count:
            batch = next(self._batches, None)
            if batch is None:
                return False
            self._read += batch
        return True
