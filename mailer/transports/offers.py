"""What a server offers, and the commands of one envelope that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mailer.model import Message, Outcome, Phase, Receipt


class Command(NamedTuple):
    """One line to the server."""

    phase: Phase
    line: bytes
    #: Whom a RCPT is about.
    rcpt_to: str = ""


_DATA = Command(Phase.DATA, b"DATA\r\n")


@dataclass(frozen=True, slots=True)
class Offers:
    """The extensions a server named in its answer to EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    #: Whether SIZE was offered, and the most bytes of one mail, 0 when not told (RFC 1870).
    size: bool = False
    most_bytes: int = 0

    @classmethod
    def of(cls, features: Mapping[str, str]) -> Offers:
        """Read smtplib's `esmtp_features`: keyword in small letters → parameters."""
        most = features.get("size", "").strip()
        return cls(
            pipelining="pipelining" in features,
            eight_bit="8bitmime" in features,
            smtputf8="smtputf8" in features,
            size="size" in features,
            most_bytes=int(most) if most.isascii() and most.isdigit() else 0,
        )

    def objection(self, message: Message) -> Receipt | None:
        """Why this server cannot take this message, known before a word is said; None when it can."""
        if not self.smtputf8 and not _has_ascii_envelope(message):
            odd = ", ".join(a for a in (message.mail_from, *message.rcpt_to) if not a.isascii())
            return Receipt(
                Outcome.REFUSED,
                Phase.RCPT,
                text=f"This server cannot mail to addresses with letters beyond ASCII before the @: {odd}",
            )
        if self.most_bytes and len(message.content) > self.most_bytes:
            ours, theirs = (f"{count / 1_000_000:.1f} MB" for count in (len(message.content), self.most_bytes))
            text = f"This mail has {ours}; the server takes at most {theirs}."
            return Receipt(Outcome.REFUSED, Phase.MAIL, text=text)
        if not self.eight_bit and not message.is_ascii:
            text = "This server takes no 8-bit mail, unlike the one that answered before; it will be composed anew."
            return Receipt(Outcome.DEFERRED, Phase.MAIL, text=text)
        return None

    def envelope(self, message: Message) -> list[list[Command]]:
        """The commands up to DATA, in groups that travel in one write each.

        RFC 2920: with PIPELINING and one recipient everything goes at once. With several, each RCPT is
        answered before DATA, so that a refused one can still call the whole mail off.
        """
        mail = Command(Phase.MAIL, self._mail(message))
        rcpts = [Command(Phase.RCPT, f"RCPT TO:<{to}>\r\n".encode(), to) for to in message.rcpt_to]
        if not self.pipelining:
            return [[command] for command in (mail, *rcpts, _DATA)]
        return [[mail, *rcpts, _DATA]] if len(rcpts) == 1 else [[mail, *rcpts], [_DATA]]

    def _mail(self, message: Message) -> bytes:
        line = f"MAIL FROM:<{message.mail_from}>"
        if self.size:
            line += f" SIZE={len(message.content)}"
        if not message.is_ascii:
            line += " BODY=8BITMIME"
        if not _has_ascii_envelope(message):
            line += " SMTPUTF8"
        return f"{line}\r\n".encode()


def _has_ascii_envelope(message: Message) -> bool:
    return message.mail_from.isascii() and "".join(message.rcpt_to).isascii()
