"""One sending pass of one account: claim → compose → send → record, for everything that is due now.

The order of each turn is the promise of the product: receipts and claims are committed together, and only then does
the content of what was claimed leave. A crash at any instant leaves at most one mail in doubt per slot. While many
mails a second leave, a durable commit claims those of the next moments too, and the commits between do not wait for
the disk; then a power cut leaves these in doubt (see `mailer.ledger.claims`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.compose import compose
from mailer.config.models import Account
from mailer.crew import Crew
from mailer.errors import MailerError
from mailer.ledger import claims, queue
from mailer.ledger.opening import Ledger, Writer
from mailer.ledger.queue import DueRow, Settled
from mailer.ledger.schema import instant
from mailer.ledger.upcoming import BATCH, Upcoming
from mailer.model import Delivery, Draft, Message, Outcome, Phase, Receipt, Status, new_message_id
from mailer.outgoing import FAST, Composer, Outgoing, composed_ahead, uncomposed
from mailer.retry import next_attempt, rest
from mailer.transports import DoorError, Event, Ready, Transport

#: A turn waits no longer than this for the server, so that a wish to stop is heard, in seconds.
TURN = 0.5
#: So much of an account's pace may be made up for; what a sleeping machine or a slow server left unused is gone.
SLACK = timedelta(seconds=1)
DAY = timedelta(hours=24)


@dataclass(slots=True)
class Tally:
    """What became of a pass."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unconfirmed: int = 0
    #: Queued mails that this pass did not send: not due yet, over the quota, or the account stopped.
    remaining: int = 0
    #: Why the account stopped, as a sentence; "" if it did not.
    stopped: str = ""
    #: Deliveries to look at, with what the server said.
    troubles: list[tuple[Delivery, Receipt]] = field(default_factory=list)

    def count(self, row: DueRow, receipt: Receipt, *, given_up: bool) -> None:
        """Add one receipt."""
        match receipt.outcome:
            case Outcome.ACCEPTED:
                self.sent += 1
                return
            case Outcome.UNCONFIRMED:
                self.unconfirmed += 1
            case Outcome.REFUSED:
                self.failed += 1
            case _ if given_up:
                self.failed += 1
            case _:
                self.deferred += 1
        self.troubles.append((queue.delivery_of(row), receipt))

    def add(self, other: Tally) -> None:
        """Add another account's pass."""
        self.sent += other.sent
        self.deferred += other.deferred
        self.failed += other.failed
        self.unconfirmed += other.unconfirmed
        self.remaining += other.remaining
        self.stopped = " ".join(filter(None, (self.stopped, other.stopped)))
        self.troubles += other.troubles


@dataclass(frozen=True, slots=True)
class Order:
    """What to send, and who is told."""

    #: Only these campaigns; None for all.
    campaigns: Sequence[str] | None = None
    #: Campaigns whose sources cannot be read now.
    excluded: Collection[str] = ()
    #: At most so many mails.
    limit: int | None = None
    #: Asked of every mail before its envelope leaves; False leaves it queued: its recipient's hours are over.
    may_leave: Callable[[DueRow, datetime], bool] = lambda _row, _at: True
    #: Asked every turn; True finishes the mails in hand and ends.
    stopping: Callable[[], bool] = lambda: False
    #: Told of every receipt.
    told: Callable[[DueRow, Receipt], None] = lambda _row, _receipt: None
    #: Called after every durable commit.
    committed: Callable[[], None] = lambda: None
    #: The https address at which a mail's recipient leaves by one click; "" for none.
    way_out: Callable[[Delivery], str] = lambda _delivery: ""
    #: The last touch on a message, with its date: the DKIM signature of the account's domain.
    signed: Callable[[Message, datetime], Message] = lambda message, _date: message


def send_due(
    ledger: Ledger,
    name: str,
    account: Account,
    connect: Callable[[], Transport],
    order: Order,
    *,
    now: Callable[[], datetime],
) -> Tally:
    """Send what is due from one account; `connect` is called when there is something. The caller holds its lock.

    Raises ServerError when the server cannot be reached or refuses the login, LedgerError when nothing can be
    recorded any more; what was under way then is found as `unconfirmed` by the next pass.
    """
    one = _Pass(ledger, name, account, order, now)
    one.take_over()
    if one.may_send():
        one.run(connect())
    return one.finish()


def open_or_stop(ledger: Ledger, name: str, transport: Transport, *, now: datetime) -> None:
    """Open an account's transport; a refused login stops the account, so that it is not repeated. ServerError."""
    try:
        transport.open()
    except DoorError as error:
        _note_stop(ledger, name, error.receipt, now=now)
        raise


def hand_over(transport: Transport, draft: Draft, contents: Mapping[str, bytes], *, now: datetime) -> Receipt:
    """Send one mail on an open transport without the ledger, for tests to oneself; its receipt."""
    delivery = Delivery(0, draft, Status.QUEUED, new_message_id(draft.from_), now)
    files = {file.digest: contents[file.digest] for file in draft.attachments}
    transport.offer(0, compose(delivery, attachments=files, date=now, eight_bit=transport.eight_bit))
    while True:
        for slot, said in transport.wait(TURN):
            if isinstance(said, Receipt):
                return said
            transport.send(slot, None)


def _note_stop(ledger: Ledger, name: str, receipt: Receipt, *, now: datetime) -> None:
    """An account rests when its server said so; a line that cannot be had is simply tried again next time."""
    if receipt.code:
        pause = rest(receipt)
        with ledger.begin() as tx:
            queue.stop(tx, name, at=now, until=now + pause if pause else None, reason=receipt.text)


class _Pass:
    """The state of a pass: which delivery is in which slot, and what is not recorded yet."""

    def __init__(
        self,
        ledger: Ledger,
        name: str,
        account: Account,
        order: Order,
        now: Callable[[], datetime],
    ) -> None:
        self.ledger = ledger
        self.name = name
        self.account = account
        self.transport: Transport
        self.writer: Writer
        self.order = order
        self.now = now
        self.started_at = now()
        self.tally = Tally()
        self.budget = 0
        self.taken = 0
        #: The time between two mails, and when the next may be begun.
        self.pace = timedelta(minutes=1) / account.per_minute
        self.next_at = self.started_at
        self.due = Upcoming(ledger, name, now=self.started_at, campaigns_only=order.campaigns, excluded=order.excluded)
        self.composer: Composer
        self.outgoing: Outgoing
        self.exhausted = False
        #: Slot → the mail whose envelope may be out, its content not.
        self.offered: dict[int, DueRow] = {}
        #: Slot → the mail whose content is on its way.
        self.leaving: dict[int, DueRow] = {}
        self.settled: list[Settled] = []
        self.claim = claims.Claim(name, at=self.started_at)

    def take_over(self) -> None:
        """What an earlier pass left half-done becomes unconfirmed, and is named."""
        with self.ledger.begin() as tx:
            ids = queue.leftovers(tx, self.name, at=self.now())
            left = queue.deliveries_of(tx, ids)
            claims.drop(tx, self.name)
        self.tally.unconfirmed += len(ids)
        text = "the program stopped while this mail was leaving"
        self.tally.troubles += [(each, Receipt(Outcome.UNCONFIRMED, Phase.CONTENT, text=text)) for each in left]

    def may_send(self) -> bool:
        """Whether there is anything to send, and the account may."""
        with self.ledger.read() as tx:
            stop = queue.stopped(tx, now=self.started_at).get(self.name)
            spent = queue.sent_since(tx, self.name, self.started_at - DAY)
        if stop:
            self.tally.stopped = stop.reason
            return False
        left = max(0, self.account.per_day - spent)
        self.budget = left if self.order.limit is None else min(left, self.order.limit)
        return self.budget > 0 and self.due.has_any()

    def run(self, transport: Transport) -> None:
        """Turn after turn, until nothing is due, in hand, or allowed."""
        self.transport = transport
        try:
            open_or_stop(self.ledger, self.name, self.transport, now=self.now())
            self.composer = self._composer()
            with self.ledger.writer() as self.writer, Crew(self.composer.ahead, most=1) as crew:
                goes_ahead = self.account.per_minute >= FAST and self.budget > BATCH
                self.outgoing = Outgoing(composed_ahead(self.due, crew) if goes_ahead else uncomposed(self.due))
                self._take_turns()
        finally:
            self.transport.close()

    def _composer(self) -> Composer:
        return Composer(
            self.ledger,
            # what is signed must not be encoded anew on its way (RFC 6376 section 5.3)
            eight_bit=self.transport.eight_bit and not self.account.dkim,
            way_out=self.order.way_out,
            signed=self.order.signed,
            now=self.now,
        )

    def _take_turns(self) -> None:
        while self._fill():
            ready = self._hear(self.transport.wait(self._patience()))
            begun = self._commit(ready)
            for slot in ready:
                self._let_go(slot, begun)
        with self.writer.begin() as tx:
            queue.record(tx, self.settled, at=self.now())
            claims.drop(tx, self.name)
        self.order.committed()

    def _fill(self) -> bool:
        """Offer a message on every idle slot; False when the pass is over."""
        for slot in range(self.transport.slots):
            if slot not in self.offered and slot not in self.leaving:
                message = self._next(slot)
                if message is None:
                    break
                self.transport.offer(slot, message)
        return bool(self.offered or self.leaving or not self._over())

    def _over(self) -> bool:
        return self.exhausted or bool(self.tally.stopped) or self.order.stopping()

    def _next(self, slot: int) -> Message | None:
        """The next message for a slot, or None: there is none, or the pace does not allow it yet."""
        while not self._over() and self._pause() <= 0:
            outbound = self.outgoing.take() if self.taken < self.budget else None
            if outbound is None:
                self.exhausted = True
                return None
            row = outbound.row
            if not self.order.may_leave(row, self.now()):
                continue
            self.taken += 1
            self.next_at = max(self.next_at, self.now() - SLACK) + self.pace
            try:
                message = self.composer.message_of(outbound)
            except MailerError as error:
                self._settle(row, Receipt(Outcome.REFUSED, Phase.MAIL, text=str(error)), begun=False)
                continue
            self.offered[slot] = row
            return message
        return None

    def _pause(self) -> float:
        """Seconds until the account's pace allows another mail."""
        self.next_at = min(self.next_at, (now := self.now()) + self.pace)  # a clock that was set back holds up nothing
        return (self.next_at - now).total_seconds()

    def _patience(self) -> float:
        return TURN if self._over() or self.exhausted else min(TURN, max(self._pause(), 0.0) or TURN)

    def _hear(self, events: Sequence[Event]) -> list[int]:
        """Settle what was answered; the slots whose server waits for content."""
        ready = []
        for slot, said in events:
            if isinstance(said, Ready):
                ready.append(slot)
            elif slot in self.leaving:
                self._settle(self.leaving.pop(slot), said, begun=True)
            else:
                self._settle(self.offered.pop(slot), said, begun=False)
        return [slot for slot in ready if slot in self.offered]

    def _settle(self, row: DueRow, receipt: Receipt, *, begun: bool) -> None:
        again_at = self._again_at(row, receipt)
        if receipt.outcome is Outcome.STOPPED:
            self._stop(receipt)
            if not begun:
                return  # never tried: it stays queued as it was
        self.settled.append(Settled(row, receipt, again_at, begun))
        self.tally.count(row, receipt, given_up=again_at is None)
        self.order.told(row, receipt)

    def _again_at(self, row: DueRow, receipt: Receipt) -> datetime | None:
        if receipt.outcome not in {Outcome.DEFERRED, Outcome.STOPPED}:
            return None
        now = self.now()
        first_at = instant(row.first_attempt_at) if row.first_attempt_at else now
        return next_attempt(receipt, attempts=row.attempts + 1, first_at=first_at, now=now)

    def _stop(self, receipt: Receipt) -> None:
        self.tally.stopped = self.tally.stopped or receipt.text
        _note_stop(self.ledger, self.name, receipt, now=self.now())

    def _commit(self, ready: Sequence[int]) -> set[int]:
        """Record receipts and claims in one commit; the ids of what may leave now."""
        if not self.settled and not ready:
            return set()
        at = self.now()
        leaving = [self.offered[slot] for slot in ready]
        is_claimed = self.claim.holds((row.id for row in leaving), at=at)
        ahead = [] if is_claimed else self._ahead(at)
        with self.writer.begin(durable=not is_claimed) as tx:
            queue.record(tx, self.settled, at=at)
            begun = queue.begin(tx, leaving, at=at)
            if not is_claimed:
                self.claim.renew(tx, ahead, at=at, taken=self.taken)
        self.settled.clear()
        if not is_claimed:
            self.order.committed()
        return begun

    def _ahead(self, at: datetime) -> list[int]:
        """What to claim: none where a turn takes as many."""
        count = min(self.claim.wanted(self.taken, at=at), self.budget - self.taken)
        if count <= self.transport.slots:
            return []
        return [row.id for row in self.offered.values()] + self.outgoing.ids(count)

    def _let_go(self, slot: int, begun: set[int]) -> None:
        row = self.offered.pop(slot)
        if row.id not in begun:  # taken back, changed or suppressed meanwhile
            self.transport.drop(slot)
            return
        self.leaving[slot] = row
        self.transport.send(slot, self._next(slot))

    def finish(self) -> Tally:
        """The result, with what still waits."""
        with self.ledger.read() as tx:
            self.tally.remaining = queue.count_queued(tx, self.name, self.order.campaigns)
        return self.tally
