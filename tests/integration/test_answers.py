"""What programs answer is noted for what it is; only a person's words count as hearing from somebody."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailer.hearing.effects import act
from mailer.ledger import listing, touches
from mailer.ledger.moves import move
from mailer.mailbox import Known, read
from mailer.model import Status
from tests import mails
from tests.factories import NOW, add_queued

BOB = "client0@client.example"
ACKNOWLEDGED = "We have received your message and will get back to you. Your ticket number: 4711"


def told(ledger, content, *, status=Status.SENT, zone=""):
    """Bob's mail is sent, and this comes back about it; gives the news, the mail's status, and Bob's history."""
    (delivery_id,) = add_queued(ledger)
    with ledger.begin() as tx:
        tx.exec_driver_sql("UPDATE deliveries SET zone = ?", (zone,))
        move(tx, [delivery_id], Status.SENDING, at=NOW, who="mailer")
        move(tx, [delivery_id], status, at=NOW, who="mailer", values={"sent_at": NOW - timedelta(hours=1)})
        (entry,) = listing.entries(tx, ids=[delivery_id])
        content = content.replace(mails.OURS.encode(), entry.message_id.encode())
        known = Known(frozenset({entry.message_id}), frozenset({BOB}), frozenset({mails.US}))
        news = act(tx, read(content.replace(mails.BOB.encode(), BOB.encode()), known, today=NOW.date()), entry, at=NOW)
        (entry,) = listing.entries(tx, ids=[delivery_id])
        return news, entry.status, [line.kind for line in touches.lines_of(tx, [entry.person])]


@pytest.mark.parametrize(
    ("content", "note", "kind"),
    [
        (mails.receipt(), "arrived; no answer yet", "noted"),
        (mails.mail(ACKNOWLEDGED, subject="[Ticket #4711]", In_Reply_To=mails.OURS), "an automatic answer", "noted"),
        (mails.mail("Back on 5 May 2027.", subject="Out of office", In_Reply_To=mails.OURS), "absent until", "absent"),
        (mails.acceptance(), "heard from", "replied"),
        (mails.failed("4.4.1", "timed out", action="delayed"), "delayed: ", "noted"),
        (mails.failed("5.2.2", "mailbox full"), "not delivered: ", "noted"),
        (mails.failed("5.1.1", "user unknown"), "bounced, suppressed: ", "bounced"),
    ],
)
def test_an_answer_is_noted_for_what_it_is(ledger, content, note, kind):
    news, _, history = told(ledger, content)
    assert news.note.startswith(note)
    assert history == [kind]


def test_a_receipt_settles_a_mail_in_doubt(ledger):
    assert told(ledger, mails.receipt(), status=Status.UNCONFIRMED)[1] is Status.SENT


def test_a_follow_up_to_somebody_absent_waits_for_nine_on_their_own_clock(ledger):
    (follow_up,) = add_queued(ledger, step=1)
    told(ledger, mails.mail("Back on 5 May 2027.", subject="Out of office", In_Reply_To=mails.OURS), zone="Asia/Tokyo")
    with ledger.read() as tx:
        (entry,) = listing.entries(tx, ids=[follow_up])
    assert entry.due_at == datetime(2027, 5, 6, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
