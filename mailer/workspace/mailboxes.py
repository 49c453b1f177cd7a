"""The mailboxes of a workspace's accounts: opened with what the config and the keyring know, and listened to."""

from __future__ import annotations

from functools import partial

from mailer.config import Account
from mailer.config import Mailbox as Place
from mailer.errors import UsageError
from mailer.hearing import Check, check, put_into_drafts
from mailer.ledger import listing
from mailer.mailbox.imap import Mailbox
from mailer.mailbox.mime import address_in
from mailer.model import Status
from mailer.workspace.opening import Workspace
from mailer.workspace.secrets import secret_of
from mailer.xoauth2 import Bearer


def open_mailbox(workspace: Workspace, name: str, *, secret: str | Bearer | None = None) -> Mailbox:
    """Log in to the mailbox of an account; `secret` when it is known already. Raises ServerError."""
    account = workspace.config.accounts[name]
    place = _place(name, account)
    secret = secret_of(name, account, workspace.clock.now) if secret is None else secret
    ca_file = workspace.folder / account.ca_file if account.ca_file else None
    return Mailbox.open(place, place.username or account.username, secret or "", ca_file=ca_file)


def hear(workspace: Workspace, name: str) -> Check:
    """Read what is new in an account's mailbox and act upon it. Raises ServerError."""
    account = workspace.config.accounts[name]
    place = _place(name, account)
    secret = secret_of(name, account, workspace.clock.now)
    return check(
        partial(open_mailbox, workspace, name, secret=secret),
        workspace.ledger,
        name,
        place,
        own=own_addresses(workspace),
        now=workspace.now,
        today=workspace.today,
    )


def lay_into_drafts(workspace: Workspace, campaign: str) -> dict[str, int]:
    """Put the approved mails of a campaign into the drafts of their accounts; account → how many lie there.

    All of its accounts or none: where one has no mailbox, or the ledger is in doubt, nothing is laid anywhere.
    """
    ledger = workspace.ledger_of(campaign)
    if not workspace.is_rehearsing(ledger):
        workspace.trust_ledger()
    with ledger.read() as tx:
        waiting, laid = (
            {entry.account for entry in listing.entries(tx, campaign=campaign, statuses=[status])}
            for status in (Status.QUEUED, Status.UNCONFIRMED)
        )
    for name in sorted(waiting):
        _place(name, workspace.account(name))
    counts: dict[str, int] = {}
    for name in sorted(waiting | (laid & workspace.config.accounts.keys())):
        if workspace.config.accounts[name].mailbox:
            with workspace.sole_sender(name), open_mailbox(workspace, name) as mailbox:
                counts[name] = put_into_drafts(mailbox, ledger, name, campaign, who=workspace.who, now=workspace.now)
    return counts


def own_addresses(workspace: Workspace) -> frozenset[str]:
    """The addresses of our own accounts: their mail is never an answer."""
    accounts = workspace.config.accounts.values()
    named = (address_in(text) for account in accounts for text in (account.from_, account.username))
    return frozenset(filter(None, named))  # a login need not be an address


def _place(name: str, account: Account) -> Place:
    if account.mailbox is None:
        raise UsageError(
            f"Account {name} has no `mailbox:` in config.yaml.",
            cure="Add `mailbox: {server: imap.example.com:993}` to the account.",
        )
    return account.mailbox
