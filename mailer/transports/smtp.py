"""An account's mail server as a transport: one loop over its connections, none of which ever waits for another."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from mailer.config.models import Account
from mailer.model import Message, Outcome, Phase, Receipt
from mailer.transports import DoorError, Event, Ready
from mailer.transports.conversation import Conversation, LineCutError, Timeouts
from mailer.transports.door import Door
from mailer.transports.line import Line
from mailer.transports.offers import Offers
from mailer.xoauth2 import Bearer

#: So many lines in a row, cut before a mail was taken on them, and the account rests.
_FRUITLESS_LINES = 3
_GOODBYE = 2.0


@dataclass(slots=True)
class _Slot:
    """One connection's place: its conversation while it is open, and the message that waits for it to open."""

    number: int
    talk: Conversation | None = None
    #: Whether the selector tells, too, when its line can take more.
    wants_room: bool = False
    waiting: Message | None = None
    #: The message that was already offered once on a line that was cut.
    offered_before: Message | None = None
    #: The line went while its message was ready; told when the content is to be sent.
    is_cut_while_ready: bool = False
    fruitless_lines: int = 0


class Smtp:
    """Takes messages to an account's server; keeps `mailer.transports.Transport`."""

    def __init__(
        self,
        account: Account,
        password: str | Bearer | None,
        *,
        folder: Path = Path(),
        timeouts: Timeouts | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._account, self._password, self._folder = account, password, folder
        self._door: Door | None = None
        self._offers = Offers()
        self._slots = [_Slot(number) for number in range(account.connections)]
        self._events: deque[Event] = deque()
        self._selector = selectors.DefaultSelector()
        self._opened: SimpleQueue[tuple[_Slot, tuple[Line, Offers] | BaseException]] = SimpleQueue()
        self._bell, self._bell_push = socket.socketpair()
        self._selector.register(self._bell, selectors.EVENT_READ)

    @property
    def slots(self) -> int:
        """How many connections there may be."""
        return len(self._slots)

    @property
    def eight_bit(self) -> bool:
        """Whether the server offered 8BITMIME (RFC 6152)."""
        return self._offers.eight_bit

    def open(self) -> None:
        """Connect and log in the first connection; the others open when they are needed."""
        self._door = Door.of(self._account, self._password, self._folder, self._timeouts.connect)
        line, self._offers = self._door.open()
        self._enter(self._slots[0], line, self._offers)

    def offer(self, slot: int, message: Message) -> None:
        """Announce a message on an idle slot, whose connection is opened first where it must be."""
        self._offer(self._slots[slot], message)

    def send(self, slot: int, following: Message | None) -> None:
        """Send the content of the ready message, and the envelope of the following one behind it."""
        place = self._slots[slot]
        if place.is_cut_while_ready:
            place.is_cut_while_ready = False
            text = "The line was cut before the content left; nothing arrived."
            self._report(place, Receipt(Outcome.DEFERRED, Phase.DATA, text=text))
            if following:
                self._offer(place, following)
            return
        assert place.talk
        try:
            place.talk.send(following)
            self._watch(place)
        except OSError as error:
            self._cut(place, _words(error))

    def drop(self, slot: int) -> None:
        """Cut the line: after 354 nothing else keeps the message from being sent."""
        place = self._slots[slot]
        place.is_cut_while_ready = False
        if place.talk:
            self._hang_up(place)

    def wait(self, timeout: float) -> list[Event]:
        """What happened on all connections, waiting at most so many seconds for the first of it."""
        deadlines = [slot.talk.deadline for slot in self._slots if slot.talk and slot.talk.deadline]
        if deadlines:
            timeout = min(timeout, max(0.0, min(deadlines) - time.monotonic()))
        self._look(0 if self._events else timeout)
        self._look(0)  # what came meanwhile shares the next commit
        if deadlines and min(deadlines) <= time.monotonic():
            self._hang_up_on_the_silent()
        events, self._events = list(self._events), deque()
        return events

    def _look(self, timeout: float) -> None:
        for key, mask in self._selector.select(timeout):
            if key.data is None:
                self._let_in()
            elif key.data.talk and key.fileobj is key.data.talk.line.socket:
                self._converse(key.data, mask)

    def close(self) -> None:
        """Say QUIT on idle connections and cut the others."""
        quitting = [slot.talk.line for slot in self._slots if slot.talk and slot.talk.is_idle]
        for line in quitting:
            _say_goodbye(line)
        for line in quitting:
            _hear_goodbye(line)
        for slot in self._slots:
            if slot.talk:
                self._hang_up(slot)
        self._selector.close()
        self._bell.close()
        self._bell_push.close()
        while not self._opened.empty():  # what was opened and never let in
            _, entry = self._opened.get()
            if not isinstance(entry, BaseException):
                entry[0].close()

    # Connections

    def _offer(self, slot: _Slot, message: Message) -> None:
        if slot.fruitless_lines >= _FRUITLESS_LINES:
            text = f"{_FRUITLESS_LINES} connections in a row were cut before a mail was accepted on them."
            self._report(slot, Receipt(Outcome.STOPPED, Phase.CONNECT, text=text))
        elif slot.talk:
            try:
                slot.talk.begin(message)
                self._watch(slot)
            except OSError as error:
                self._cut(slot, _words(error))
        else:
            slot.waiting = message
            Thread(target=self._open, args=(slot,), daemon=True).start()

    def _open(self, slot: _Slot) -> None:
        """Wait at the door beside the loop, since opening it takes several round trips."""
        assert self._door
        entry: tuple[Line, Offers] | BaseException
        try:
            entry = self._door.open()
        except BaseException as error:  # noqa: BLE001  it is raised again in the loop
            entry = error
        self._opened.put((slot, entry))
        try:
            self._bell_push.send(b"!")
        except OSError:  # closed meanwhile
            if not isinstance(entry, BaseException):
                entry[0].close()

    def _let_in(self) -> None:
        self._bell.recv(1)
        slot, entry = self._opened.get()
        message, slot.waiting = slot.waiting, None
        if isinstance(entry, DoorError):
            self._report(slot, entry.receipt)
        elif isinstance(entry, BaseException):
            raise entry
        else:
            self._enter(slot, *entry)
            assert message
            self._offer(slot, message)

    def _enter(self, slot: _Slot, line: Line, offers: Offers) -> None:
        slot.talk = Conversation(line, offers, self._timeouts, lambda event: self._report(slot, event))
        self._selector.register(line.socket, selectors.EVENT_READ, slot)

    # What happens on one of them

    def _converse(self, slot: _Slot, mask: int) -> None:
        assert slot.talk
        try:
            if mask & selectors.EVENT_WRITE:
                slot.talk.line.flush()
                slot.talk.flushed()
            if mask & selectors.EVENT_READ:
                self._listen(slot.talk)
        except LineCutError as error:
            self._end(slot, error)
        except OSError as error:
            self._cut(slot, _words(error))
        else:
            self._watch(slot)

    def _listen(self, talk: Conversation) -> None:
        data = talk.line.read()
        if data:
            talk.received(data)
        elif data is not None:
            raise LineCutError("The server cut the line.")

    def _watch(self, slot: _Slot) -> None:
        assert slot.talk
        if slot.talk.line.is_blocked is not slot.wants_room:
            slot.wants_room = not slot.wants_room
            room = selectors.EVENT_WRITE if slot.wants_room else 0
            self._selector.modify(slot.talk.line.socket, selectors.EVENT_READ | room, slot)

    def _hang_up_on_the_silent(self) -> None:
        now = time.monotonic()
        for slot in self._slots:
            if slot.talk and slot.talk.deadline and slot.talk.deadline <= now:
                self._end(slot, LineCutError("The server did not answer in time."))

    def _cut(self, slot: _Slot, why: str) -> None:
        """The line broke while writing; the server may have said why."""
        assert slot.talk
        end = LineCutError(why)
        try:
            self._listen(slot.talk)
        except LineCutError as error:
            end = error if error.reply else end
        except OSError:
            pass
        self._end(slot, end)

    def _end(self, slot: _Slot, end: LineCutError) -> None:
        talk = slot.talk
        assert talk
        if talk.is_ready:
            slot.is_cut_while_ready = True
        if not talk.is_idle and not talk.has_worked:
            slot.fruitless_lines += 1
        unasked = talk.lost(str(end), end.reply)
        self._hang_up(slot)
        if unasked and unasked is not slot.offered_before:
            slot.offered_before = unasked
            self._offer(slot, unasked)
        elif unasked:
            self._report(slot, Receipt(Outcome.DEFERRED, Phase.MAIL, text=str(end)))

    def _hang_up(self, slot: _Slot) -> None:
        assert slot.talk
        self._selector.unregister(slot.talk.line.socket)
        slot.talk.line.close()
        slot.talk, slot.wants_room = None, False

    def _report(self, slot: _Slot, event: Ready | Receipt) -> None:
        if isinstance(event, Receipt) and event.outcome is Outcome.ACCEPTED:
            slot.fruitless_lines = 0
        self._events.append((slot.number, event))


def _words(error: OSError) -> str:
    return f"The line was cut ({error.strerror or type(error).__name__})."


def _say_goodbye(line: Line) -> None:
    with suppress(OSError):
        line.write(b"QUIT\r\n")
        line.socket.settimeout(_GOODBYE)


def _hear_goodbye(line: Line) -> None:
    with suppress(OSError):
        line.socket.recv(512)
