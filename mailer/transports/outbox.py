"""The rehearsal: each message becomes one .eml file in a folder, whole or not at all."""

from __future__ import annotations

import os
import re
from collections import deque
from email.parser import BytesHeaderParser
from email.policy import default
from hashlib import blake2b
from pathlib import Path

from mailer.errors import ServerError
from mailer.model import Message, Outcome, Phase, Receipt
from mailer.transports import Event, Ready

_UNFIT = re.compile(r"[^\w@.+-]+")


class Outbox:
    """Writes messages as files; keeps `mailer.transports.Transport`. Whom a Bcc went to is written nowhere."""

    slots = 1
    eight_bit = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready: Message | None = None
        self._events: deque[Event] = deque()

    def open(self) -> None:
        """Make the folder; raises ServerError when that cannot be, or nothing can be written there."""
        cure = "Choose another folder for `outbox:`."
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(f"The outbox {self._folder} cannot be made: {error.strerror}.", cure=cure) from error
        if not os.access(self._folder, os.W_OK):
            raise ServerError(
                f"Nothing can be written into the outbox {self._folder}.", cure=f"Make it writable. {cure}"
            )

    def offer(self, slot: int, message: Message) -> None:
        """A folder is always ready."""
        self._ready = message
        self._events.append((slot, Ready()))

    def send(self, slot: int, following: Message | None) -> None:
        """Write the ready message."""
        assert self._ready
        message, self._ready = self._ready, None
        self._events.append((slot, self._write(message)))
        if following:
            self.offer(slot, following)

    def drop(self, slot: int) -> None:  # noqa: ARG002  as the protocol has it
        """Forget the ready message."""
        self._ready = None

    def wait(self, timeout: float) -> list[Event]:  # noqa: ARG002  as the protocol has it
        """What happened; there is never anything to wait for."""
        events, self._events = list(self._events), deque()
        return events

    def close(self) -> None:
        """Nothing is open."""

    def _write(self, message: Message) -> Receipt:
        path = self._folder / file_name(message)
        try:
            write_whole(path, message.content)
        except OSError as error:
            text = f"{path.name} cannot be written into {self._folder}: {error.strerror or error}."
            return Receipt(Outcome.STOPPED, Phase.CONTENT, text=text)
        return Receipt(Outcome.ACCEPTED, Phase.CONTENT, text=f"written to {path.name}")


def file_name(message: Message) -> str:
    """A name that says to whom and about what, and differs for every message: "ada@x.org-Thank-you-1f3a9c2e.eml"."""
    header = BytesHeaderParser(policy=default).parsebytes(message.content)
    words = _UNFIT.sub("-", f"{message.rcpt_to[0]}-{header['Subject'] or ''}")
    words = words.encode()[:100].decode(errors="ignore").strip("-.")  # a name's length is counted in bytes
    return f"{words}-{blake2b(message.message_id.encode(), digest_size=4).hexdigest()}.eml"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, a crash included."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
