"""What is added to a message when it leaves: the address at which one click leaves, and the firm's signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from mailer.addresses import on_the_wire
from mailer.errors import ConfigError
from mailer.ledger import suppressions
from mailer.ledger.opening import Ledger
from mailer.model import Delivery, Message
from mailer.tokens import token_of
from mailer.workspace.opening import Workspace

if TYPE_CHECKING:
    from mailer.compose.signing import Signer


def ways_out(workspace: Workspace, ledger: Ledger) -> Callable[[Delivery], str]:
    """How a delivery finds its one-click address; "" for each where the firm hosts none."""
    base = workspace.config.firm.unsubscribe_at.rstrip("/")
    if not base:
        return lambda _delivery: ""
    with ledger.read() as tx:
        secret = suppressions.salt_of(tx)
    return lambda delivery: f"{base}/{token_of(delivery.message_id, secret)}"


def signature(workspace: Workspace, name: str) -> Callable[[Message, datetime], Message]:
    """How an account's messages are signed; they stay as they are where it has no key. Raises ConfigError."""
    own = signer(workspace, name)
    return own.sign if own else lambda message, _date: message


def signer(workspace: Workspace, name: str) -> Signer | None:
    """The key of an account, read from its file; None where it has none. Raises ConfigError."""
    account = workspace.config.accounts[name]
    if account.dkim is None:
        return None
    from mailer.compose.signing import Signer

    file = workspace.folder / account.dkim.key_file
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"The DKIM key {file} of account {name} cannot be read: {error.strerror}.",
            cure=f"Put the key there, or name it: accounts.{name}.dkim.key_file in config.yaml.",
        ) from error
    return Signer.of(domain_of(account.from_), account.dkim.selector, pem)


def domain_of(mailbox: str) -> str:
    """The domain of the address in From, as it stands in the mail."""
    return on_the_wire(mailbox.rpartition("@")[2].rstrip("> ")).lower()
