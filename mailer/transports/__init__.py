"""What takes a message: the protocol that a sending pass drives, kept by `smtp` and by `outbox`.

A transport has a number of slots, each with one message in hand. Nothing here blocks but `open` and `wait`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mailer.config.models import Account
from mailer.errors import ServerError
from mailer.model import Message, Outcome, Phase, Receipt
from mailer.transports.replies import Reply
from mailer.xoauth2 import Bearer


@dataclass(frozen=True, slots=True)
class Ready:
    """The server waits for the content of the message in hand; nothing of it has left yet."""


#: What `wait` tells: the slot, and what happened there.
Event = tuple[int, Ready | Receipt]


class DoorError(ServerError):
    """The mail server did not let us in."""

    def __init__(
        self, message: str, *, cure: str = "", phase: Phase = Phase.CONNECT, reply: Reply | None = None
    ) -> None:
        super().__init__(message, cure=cure)
        #: The same, for a mail that was waiting for this connection.
        self.receipt = Receipt(
            Outcome.STOPPED,
            phase,
            reply.code if reply else 0,
            reply.words[0] if reply else "",
            f"{message} {cure}".strip(),
        )


class Transport(Protocol):
    """Takes messages on several slots at once; each slot tells of its messages in the order they were given."""

    @property
    def slots(self) -> int:
        """How many messages may be in hand at once."""

    @property
    def eight_bit(self) -> bool:
        """Whether content may hold bytes above 127; known once open."""

    def open(self) -> None:
        """Connect and log in; raises DoorError with one sentence and its cure."""

    def offer(self, slot: int, message: Message) -> None:
        """Announce the next message on an idle slot: its envelope may leave, its content may not."""

    def send(self, slot: int, following: Message | None) -> None:
        """Let the content of the ready message leave, and the envelope of `following` right behind it."""

    def drop(self, slot: int) -> None:
        """Give up a ready message whose content must not leave; the slot is idle afterwards."""

    def wait(self, timeout: float) -> list[Event]:
        """What happened, waiting for it at most so many seconds: readiness and receipts, in order per slot."""

    def close(self) -> None:
        """Say goodbye; a message whose content is under way stays without a receipt."""


def transport_of(account: Account, *, folder: Path, password: str | Bearer | None = None) -> Transport:
    """What sends for an account, not opened yet; its paths are meant from `folder`, the workspace."""
    if account.outbox:
        from mailer.transports.outbox import Outbox

        return Outbox(folder / account.outbox)
    from mailer.transports.smtp import Smtp

    return Smtp(account, password, folder=folder)
