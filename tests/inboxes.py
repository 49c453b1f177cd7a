"""A mail of ours, what comes back of it, and one look into the mailbox of a real IMAP server."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailer.hearing import check
from mailer.ledger import listing, schema, suppressions
from mailer.ledger.moves import move
from mailer.model import Status
from tests import mails
from tests.dovecot import PROGRAM
from tests.factories import NOW, add_queued

NEEDS_DOVECOT = pytest.mark.skipif(
    not PROGRAM and os.environ.get("CI") != "true", reason="Dovecot is not installed (dovecot-imapd)"
)

TODAY = NOW.date()
BOB = "client0@client.example"


def sent(ledger, *, status=Status.SENT, **changes):
    """A mail that went to Bob; returns its id and its Message-ID."""
    (delivery_id,) = add_queued(ledger, **changes)
    with ledger.begin() as tx:
        move(tx, [delivery_id], Status.SENDING, at=NOW, who="mailer")
        move(tx, [delivery_id], status, at=NOW, who="mailer", values={"sent_at": NOW - timedelta(hours=1)})
        return delivery_id, listing.entries(tx, ids=[delivery_id])[0].message_id


def about(content, message_id):
    """A mail of the tests' making, about this mail of ours and from its recipient."""
    return content.replace(mails.OURS.encode(), message_id.encode()).replace(mails.BOB.encode(), BOB.encode())


def checked(inbox, ledger, *, open_mailbox=None, place=None, now=NOW):
    """What one look into the mailbox found."""
    own = frozenset({mails.US})
    place = place or inbox.place()
    return check(open_mailbox or inbox.open, ledger, "ada", place, own=own, now=now, today=TODAY)


def suppressed(ledger):
    """The addresses that no mail goes to."""
    with ledger.read() as tx:
        return {entry.what for entry in suppressions.entries(tx)}


def kept(ledger):
    """What the ledger keeps of the mails that came back."""
    with ledger.read() as tx:
        return tx.execute(select(schema.incoming)).all()


def reply(message_id):
    """Bob's answer to this mail of ours."""
    return about(mails.mail("Thank you, Ada!", In_Reply_To=mails.OURS), message_id)
