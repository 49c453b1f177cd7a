"""What an account may say about its mailbox, where what comes back is read, and about its DKIM key."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mailer.config.kinds import Names, Server
from mailer.config.parts import Model


class Mailbox(Model):
    """The IMAP side of an account; login and password are the account's own unless said otherwise."""

    server: Server = Field(description="IMAP server and port, `imap.gmail.com:993`.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="`tls` from the first byte, `starttls`, or `none` (loopback only)."
    )
    username: str = Field("", description="Login name, where it is not that of the account.")
    folders: Names = Field(("INBOX",), description="The folders where answers and notices arrive.")
    file_into: str = Field(
        "", description="A folder that understood notices are moved to; without it nothing is moved or marked."
    )
    sent_copies: bool = Field(
        default=False,
        description="Whether a copy of each sent mail is put into Sent; Gmail and Microsoft do that themselves.",
    )


class Dkim(Model):
    """The firm's own DKIM key, for a server that does not sign."""

    key_file: Path = Field(description="The private key in PEM, RSA of 1024 bits or more, or ed25519.")
    selector: str = Field("mailer", pattern=r"^[\w.-]+$", description="Under which name its public half is published.")
