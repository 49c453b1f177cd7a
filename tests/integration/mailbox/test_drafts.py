"""Approved mails are laid into Drafts, and what was sent is copied into Sent, each once."""

from datetime import timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from mailer.campaigns import reconsider
from mailer.hearing import put_into_drafts
from mailer.ledger import listing, suppressions
from mailer.ledger.moves import move
from mailer.model import Status
from tests import mails
from tests.factories import NOW, add_queued, status_of
from tests.inboxes import BOB, NEEDS_DOVECOT, checked, sent

pytestmark = NEEDS_DOVECOT


def approved(ledger):
    """A mail to Bob that a person approved."""
    (delivery_id,) = add_queued(ledger)
    with ledger.read() as tx:
        return delivery_id, listing.entries(tx, ids=[delivery_id])[0].message_id


def lay_into_drafts(inbox, ledger):
    with inbox.open() as mailbox:
        return put_into_drafts(mailbox, ledger, "ada", "thank-you", who="ada", now=NOW)


def mails_in(inbox, folder):
    return list((inbox.root / "mail" / f".{folder}").glob("*/*.*"))


def test_an_approved_mail_lies_in_drafts_and_is_never_sent_by_the_program_too(inbox, ledger):
    delivery_id, message_id = approved(ledger)
    assert lay_into_drafts(inbox, ledger) == 1
    with inbox.open() as mailbox:
        assert mailbox.has("Entwürfe", message_id)
    assert status_of(ledger, delivery_id) is Status.UNCONFIRMED


def test_a_second_run_replaces_and_does_not_add(inbox, ledger):
    _, _message_id = approved(ledger)
    assert [lay_into_drafts(inbox, ledger), lay_into_drafts(inbox, ledger)] == [1, 1]
    assert len(mails_in(inbox, "Entw&APw-rfe")) == 1


class Interrupted:
    """A mailbox; something happens while the first mail is put into it."""

    def __init__(self, mailbox, happens):
        self._mailbox = mailbox
        self._happens = happens

    def __getattr__(self, name):
        return getattr(self._mailbox, name)

    def put(self, *args, **options):
        self._happens()
        self._mailbox.put(*args, **options)


def test_a_mail_that_is_taken_back_meanwhile_is_not_laid_into_drafts(inbox, ledger):
    first, second = add_queued(ledger, 2)
    taken_back = partial(reconsider, ledger, [second], who="ada", now=NOW)
    with inbox.open() as mailbox:
        interrupted = Interrupted(mailbox, taken_back)
        assert put_into_drafts(interrupted, ledger, "ada", "thank-you", who="ada", now=NOW) == 1
    assert [status_of(ledger, each) for each in (first, second)] == [Status.UNCONFIRMED, Status.DRAFT]


def test_a_mail_with_a_copy_to_somebody_suppressed_is_called_back_and_not_laid_into_drafts(inbox, ledger):
    (delivery_id,) = add_queued(ledger, cc=("Eve Stone <eve@client.example>",))
    with ledger.begin() as tx:
        suppressions.add(tx, "eve@client.example", reason="asked us to stop", who="ada", at=NOW)
    assert lay_into_drafts(inbox, ledger) == 0
    assert status_of(ledger, delivery_id) is Status.CANCELLED


def test_a_draft_that_its_owner_threw_away_does_not_come_back(inbox, ledger):
    approved(ledger)
    lay_into_drafts(inbox, ledger)
    (draft,) = mails_in(inbox, "Entw&APw-rfe")
    draft.unlink()
    assert lay_into_drafts(inbox, ledger) == 0


@pytest.mark.parametrize("their_id", ["", "<another@outlook.example>"])
def test_a_draft_that_its_owner_sent_is_sent(inbox, ledger, their_id):
    delivery_id, message_id = approved(ledger)
    lay_into_drafts(inbox, ledger)
    content = mails.mail(
        "Dear Bob",
        sender=mails.US,
        subject="Thank you, Bob",
        To=BOB,
        Message_ID=their_id or message_id,
        Date=format_datetime(NOW),
    )
    with inbox.open() as mailbox:
        mailbox.put("Sent", their_id or message_id, content, NOW, is_draft=False)
    assert checked(inbox, ledger).settled == 1
    assert status_of(ledger, delivery_id) is Status.SENT


def test_a_draft_that_still_lies_there_stays_in_doubt(inbox, ledger):
    delivery_id, _ = approved(ledger)
    lay_into_drafts(inbox, ledger)
    assert checked(inbox, ledger).settled == 0
    assert status_of(ledger, delivery_id) is Status.UNCONFIRMED


def test_what_was_sent_is_copied_into_sent_once_where_the_config_says_so(inbox, ledger):
    place = inbox.place(sent_copies=True)
    assert checked(inbox, ledger, place=place, now=NOW - timedelta(hours=2)).copies == 0
    _, message_id = sent(ledger)
    assert [checked(inbox, ledger, place=place).copies, checked(inbox, ledger, place=place).copies] == [1, 0]
    with inbox.open() as mailbox:
        assert mailbox.has("Sent", message_id)


def test_a_copy_that_lies_in_sent_already_is_not_counted(inbox, ledger):
    place = inbox.place(sent_copies=True)
    checked(inbox, ledger, place=place, now=NOW - timedelta(hours=2))
    _, message_id = sent(ledger)
    with inbox.open() as mailbox:
        mailbox.put("Sent", message_id, mails.mail("Dear Bob", Message_ID=message_id), NOW, is_draft=False)
    assert checked(inbox, ledger, place=place).copies == 0


def test_what_was_sent_in_one_instant_is_copied_whole_however_many_that_is(inbox, ledger):
    place = inbox.place(sent_copies=True)
    checked(inbox, ledger, place=place, now=NOW - timedelta(hours=2))
    ids = add_queued(ledger, 60)
    with ledger.begin() as tx:
        move(tx, ids, Status.SENDING, at=NOW, who="mailer")
        move(tx, ids, Status.SENT, at=NOW, who="mailer", values={"sent_at": NOW - timedelta(hours=1)})
    assert [checked(inbox, ledger, place=place).copies, checked(inbox, ledger, place=place).copies] == [60, 0]
