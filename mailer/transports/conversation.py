"""The talk over one line, message by message: what is said next, and the receipts that the answers make.

At most one message's content is under way and one message's envelope behind it. Every way the line can break
has one meaning, decided in `lost`: in doubt only if the terminator was handed over.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mailer.model import Message, Outcome, Phase, Receipt
from mailer.refusals import account_refusal
from mailer.transports import Ready
from mailer.transports.line import Line
from mailer.transports.offers import Command, Offers
from mailer.transports.replies import NotSmtpError, Replies, Reply

#: What follows a message's content (RFC 5321 section 4.1.1.4).
_END = b".\r\n"
_RSET = Command(Phase.CONNECT, b"RSET\r\n")
#: RFC 2920 3.1: a 354 that is no longer wanted, since every recipient was refused, is answered by a lone dot.
_LONE_DOT = Command(Phase.CONNECT, b".\r\n")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each phase may take, in seconds (RFC 5321 section 4.5.3.2)."""

    connect: float = 30
    command: float = 300
    block: float = 180
    content: float = 600


@dataclass(slots=True)
class Envelope:
    """A message whose envelope is being agreed."""

    message: Message
    #: Groups of commands not yet said.
    groups: deque[list[Command]]
    #: Commands said and not yet answered.
    said: deque[Command] = field(default_factory=deque)
    has_answers: bool = False
    has_recipients: bool = False
    refusal: Receipt | None = None


@dataclass(slots=True)
class Content:
    """A message whose content is under way."""

    message: Message
    #: How many bytes the line will have taken when the terminator has gone.
    end: int


class LineCutError(Exception):
    """The conversation is over; a 421 (RFC 5321 section 3.8) is the server's own word for it."""

    def __init__(self, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.reply = reply


class Conversation:
    """One logged-in connection; tells `report` of readiness and receipts in the order of its messages."""

    def __init__(
        self, line: Line, offers: Offers, timeouts: Timeouts, report: Callable[[Ready | Receipt], None]
    ) -> None:
        self.line = line
        self.offers = offers
        #: When the server must have answered or read on, by `time.monotonic`; None while it is our turn.
        self.deadline: float | None = None
        #: Whether a message was taken on this line.
        self.has_worked = False
        self._timeouts = timeouts
        self._report = report
        self._replies = Replies()
        self._content: Content | None = None
        self._envelope: Envelope | None = None
        self._ready: Message | None = None
        #: Comes after the content under way, when its envelope could not ride behind it.
        self._next: Message | None = None
        #: Commands that belong to no message and are not yet answered: RSET, a lone dot.
        self._asides: deque[Command] = deque()
        self._is_open_transaction = False

    def begin(self, message: Message) -> None:
        """Say the envelope of a message; the line must be idle."""
        objection = self.offers.objection(message)
        if objection:
            self._report(objection)
            return
        self._say(self._agree(message))

    def send(self, following: Message | None) -> None:
        """Send the content of the ready message, and what of the next envelope may ride behind the final dot."""
        assert self._ready
        content = self._ready.stuffed
        self._content = Content(self._ready, self.line.written + len(content) + len(_END))
        self._ready = None
        behind = b""
        if following and self.offers.pipelining and not self.offers.objection(following):
            behind = self._agree(following)
        else:
            self._next = following
        self._say(b"".join((content, _END, behind)))

    def received(self, data: bytes) -> None:
        """Take in what the server said; raises LineCutError when there is nothing more to say."""
        heard = False  # a part of an answer gives the server no more time
        try:
            for reply in self._replies.feed(data):
                if reply.code == 421:
                    raise LineCutError("The server closed the connection.", reply)
                self._answer(reply)
                heard = True
        except NotSmtpError:
            raise LineCutError("The server's answer is not SMTP.") from None
        if heard:
            self._wait_for_it()

    def flushed(self) -> None:
        """Note that the line could take more."""
        self._wait_for_it()

    def lost(self, why: str, reply: Reply | None = None) -> Message | None:
        """Report what the end of the line means, the server's 421 if it gave one.

        Returns a message whose envelope had no answer yet: it may simply be offered on a new line.
        """
        unasked = self._next
        if self._content:
            self._report(_receipt(Phase.CONTENT, reply) if reply else self._cut_in_content(why))
        if self._envelope:
            unasked = self._cut_in_envelope(self._envelope, why, reply)
        self._content = self._envelope = self._next = None
        return unasked

    @property
    def is_ready(self) -> bool:
        """Whether the server waits for content, and we for the word to send it."""
        return self._ready is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand."""
        return not (self._content or self._envelope or self._ready or self._asides)

    # What is said

    def _agree(self, message: Message) -> bytes:
        groups = deque(self.offers.envelope(message))
        self._envelope = envelope = Envelope(message, groups)
        if not self._is_open_transaction:
            return _first_group(envelope)
        self._is_open_transaction = False
        self._asides.append(_RSET)
        return _RSET.line + _first_group(envelope) if self.offers.pipelining else _RSET.line

    def _say(self, words: bytes) -> None:
        self.line.write(words)
        self._wait_for_it()

    def _go_on(self, envelope: Envelope) -> None:
        if not envelope.said and envelope.groups and not self._asides:
            self._say(_first_group(envelope))

    def _wait_for_it(self) -> None:
        limit = self._limit()
        self.deadline = time.monotonic() + limit if limit else None

    def _limit(self) -> float | None:
        if self.line.is_blocked:
            return self._timeouts.block
        if self._content:
            return self._timeouts.content
        return self._timeouts.command if self._envelope or self._asides else None

    # What is answered

    def _answer(self, reply: Reply) -> None:
        if self._asides:
            self._answer_aside(self._asides.popleft(), reply)
        elif self._content:
            self._answer_content(self._content, reply)
        elif self._envelope and self._envelope.said:
            self._answer_command(self._envelope, reply)
        else:
            raise LineCutError("The server spoke out of turn.")
        if self._envelope:
            self._go_on(self._envelope)

    def _answer_aside(self, aside: Command, reply: Reply) -> None:
        if aside is _RSET and reply.code // 100 != 2:
            raise LineCutError("The server would not forget the mail it had refused.")

    def _answer_content(self, content: Content, reply: Reply) -> None:
        is_whole = self.line.handed_over >= content.end
        if reply.code // 100 == 3 or (reply.code // 100 == 2 and not is_whole):
            raise LineCutError("The server answered what was not asked.")
        self._content = None
        self.has_worked = self.has_worked or reply.code == 250
        self._report(_receipt(Phase.CONTENT, reply))
        if not is_whole:
            raise LineCutError("The server answered before it had the whole mail.")
        if self._next:
            message, self._next = self._next, None
            self.begin(message)

    def _answer_command(self, envelope: Envelope, reply: Reply) -> None:
        command = envelope.said.popleft()
        envelope.has_answers = True
        is_data = command.phase is Phase.DATA
        if reply.code // 100 == (2 if is_data else 3):
            raise LineCutError("The server answered what was not asked.")
        if is_data:
            self._answer_data(envelope, reply)
            return
        if reply.code // 100 != 2:
            about = command.rcpt_to if len(envelope.message.rcpt_to) > 1 else ""
            envelope.refusal = envelope.refusal or _receipt(command.phase, reply, about)
        elif command.phase is Phase.RCPT:
            envelope.has_recipients = True
        else:
            self._is_open_transaction = True
        if envelope.refusal and not envelope.said:
            self._close_envelope(envelope.refusal)

    def _answer_data(self, envelope: Envelope, reply: Reply) -> None:
        if reply.code // 100 != 3:
            self._close_envelope(envelope.refusal or _receipt(Phase.DATA, reply))
        elif not envelope.refusal:
            self._is_open_transaction = False
            self._ready, self._envelope = envelope.message, None
            self._report(Ready())
        else:
            self._close_envelope(envelope.refusal)
            self._answer_unwanted_354(envelope)

    def _answer_unwanted_354(self, envelope: Envelope) -> None:
        if envelope.has_recipients:  # an empty mail would reach somebody
            raise LineCutError("The server asked for a mail it had refused.")
        self._is_open_transaction = False
        self._asides.append(_LONE_DOT)
        self._say(_LONE_DOT.line)

    def _close_envelope(self, receipt: Receipt) -> None:
        self._envelope = None
        self._report(receipt)

    # How it ends

    def _cut_in_content(self, why: str) -> Receipt:
        assert self._content
        if self.line.handed_over >= self._content.end:
            text = f"{why} The whole mail had been handed over, so it may have arrived."
            return Receipt(Outcome.UNCONFIRMED, Phase.CONTENT, text=text)
        return Receipt(Outcome.DEFERRED, Phase.CONTENT, text=f"{why} The mail was not whole yet; nothing arrived.")

    def _cut_in_envelope(self, envelope: Envelope, why: str, reply: Reply | None) -> Message | None:
        receipt = Receipt(Outcome.DEFERRED, Phase.MAIL, text=why)
        if reply:
            receipt = _receipt(envelope.said[0].phase if envelope.said else Phase.MAIL, reply)
        if not envelope.has_answers and receipt.outcome is not Outcome.STOPPED:
            return envelope.message
        self._report(envelope.refusal or receipt)
        return None


def _first_group(envelope: Envelope) -> bytes:
    group = envelope.groups.popleft()
    envelope.said.extend(group)
    return b"".join(command.line for command in group)


def _receipt(phase: Phase, reply: Reply, about: str = "") -> Receipt:
    enhanced, text = reply.words
    if about:
        text = f"{about}: {text}"
    if reply.code // 100 == 2:
        return Receipt(Outcome.ACCEPTED, phase, reply.code, enhanced, text)
    refusal = account_refusal(phase, reply.code, enhanced)
    if refusal:
        return Receipt(Outcome.STOPPED, phase, reply.code, enhanced, f"{text} ({refusal.advice})")
    outcome = Outcome.DEFERRED if reply.code // 100 == 4 else Outcome.REFUSED
    return Receipt(outcome, phase, reply.code, enhanced, text)
