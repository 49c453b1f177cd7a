"""Replies, notices, complaints and wishes to leave are acted upon, and nobody is suppressed without cause."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mailer.ledger import erasing, listing, people, schema
from mailer.ledger.moves import history_of, move
from mailer.model import Status
from tests import mails
from tests.factories import NOW, add_drafts, add_queued, contact, status_of
from tests.inboxes import BOB, NEEDS_DOVECOT, about, checked, kept, reply, sent, suppressed

pytestmark = NEEDS_DOVECOT


def test_a_reply_is_heard_and_stops_the_follow_ups_of_its_round(inbox, ledger):
    delivery_id, message_id = sent(ledger)
    (follow_up,) = add_drafts(ledger, step=1)
    inbox.deliver(reply(message_id))
    found = checked(inbox, ledger)
    assert [(news.kind, news.words) for news in found.news] == [("reply", "Thank you, Ada!")]
    assert (status_of(ledger, delivery_id), status_of(ledger, follow_up)) == (Status.SENT, Status.CANCELLED)


def test_a_notice_of_a_dead_address_marks_the_mail_bounced_and_suppresses_the_address(inbox, ledger):
    delivery_id, message_id = sent(ledger)
    inbox.deliver(about(mails.failed("5.1.1", "550 5.1.1 User unknown"), message_id))
    found = checked(inbox, ledger)
    assert "nobody has this address (5.1.1)" in found.news[0].note
    assert (status_of(ledger, delivery_id), suppressed(ledger)) == (Status.BOUNCED, {BOB})


@pytest.mark.parametrize(
    ("status", "said"),
    [("5.2.2", "552 mailbox full"), ("4.4.1", "timed out"), ("5.7.1", "550 spam"), ("5.3.4", "too large")],
)
def test_a_passing_failure_is_told_and_suppresses_nobody(inbox, ledger, status, said):
    delivery_id, message_id = sent(ledger)
    inbox.deliver(about(mails.failed(status, said), message_id))
    assert checked(inbox, ledger).news[0].note.startswith("not delivered: ")
    assert (status_of(ledger, delivery_id), suppressed(ledger)) == (Status.SENT, set())


def test_a_refusal_of_our_own_domain_speaks_to_the_firm(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(about(mails.failed("5.7.26", "550 5.7.26 DMARC policy"), message_id))
    assert [news.for_the_firm for news in checked(inbox, ledger).news] == [True]


def test_a_delayed_mail_is_only_noted(inbox, ledger):
    delivery_id, message_id = sent(ledger)
    inbox.deliver(about(mails.failed("4.4.1", "timed out", action="delayed"), message_id))
    (news,) = checked(inbox, ledger).news
    assert news.note.startswith("delayed: ")
    assert (status_of(ledger, delivery_id), suppressed(ledger)) == (Status.SENT, set())


def test_a_notice_about_somebody_we_did_not_write_to_suppresses_nobody(inbox, ledger):
    delivery_id, message_id = sent(ledger)
    inbox.deliver(about(mails.failed("5.1.1", "User unknown", recipient="carol@home.example"), message_id))
    checked(inbox, ledger)
    assert (status_of(ledger, delivery_id), suppressed(ledger)) == (Status.SENT, set())


def test_a_forged_notice_and_one_of_somebody_elses_mail_do_nothing(inbox, ledger):
    delivery_id, _ = sent(ledger)
    inbox.deliver(*(about(made.content, "<unknown@x.example>") for made in mails.strangers()))
    found = checked(inbox, ledger)
    assert (found.news, found.counts) == ([], {"other": 4})
    assert (status_of(ledger, delivery_id), suppressed(ledger)) == (Status.SENT, set())


def test_a_forged_notice_from_the_clients_own_address_suppresses_nobody(inbox, ledger):
    sent(ledger)
    inbox.deliver(
        about(mails.failed("5.1.1", "User unknown").replace(b"MAILER-DAEMON@mx.example", BOB.encode()), "<x@y>")
    )
    checked(inbox, ledger)
    assert suppressed(ledger) == set()


def test_a_complaint_suppresses_everywhere_and_cancels_what_waits_once(inbox, ledger):
    _, message_id = sent(ledger)
    (waiting,) = add_drafts(ledger, campaign="year-end")
    complaint = about(mails.feedback("abuse"), message_id)
    inbox.deliver(complaint, complaint.replace(b"<reply@", b"<again@"))
    found = checked(inbox, ledger)
    assert [news.kind for news in found.news] == ["complaint", "complaint"]
    assert (status_of(ledger, waiting), suppressed(ledger)) == (Status.CANCELLED, {BOB})


def test_a_dmarc_report_is_no_complaint(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(about(mails.feedback("auth-failure"), message_id))
    checked(inbox, ledger)
    assert suppressed(ledger) == set()


def test_a_wish_to_leave_suppresses_everywhere_and_cancels_what_waits(inbox, ledger):
    (waiting,) = add_drafts(ledger)
    inbox.deliver(mails.mail("", sender=BOB, subject="unsubscribe"))
    # nothing was ever sent, so the folder is read from today on, and today's mail is found
    checked(inbox, ledger)
    assert (status_of(ledger, waiting), suppressed(ledger)) == (Status.CANCELLED, {BOB})


def test_a_strangers_wish_to_leave_suppresses_nobody(inbox, ledger):
    sent(ledger)
    inbox.deliver(mails.mail("", sender="eve@elsewhere.example", subject="unsubscribe"))
    checked(inbox, ledger)
    assert suppressed(ledger) == set()


def test_an_absent_persons_follow_up_waits_for_the_return(inbox, ledger):
    _, message_id = sent(ledger)
    (follow_up,) = add_queued(ledger, step=1)
    absent = mails.mail("I am out of the office until 5 May 2027.", subject="Automatic reply", In_Reply_To=mails.OURS)
    inbox.deliver(about(absent, message_id))
    checked(inbox, ledger)
    with ledger.read() as tx:
        (entry,) = listing.entries(tx, ids=[follow_up])
    assert (entry.status, entry.due_at.date().isoformat()) == (Status.QUEUED, "2027-05-06")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (mails.mail("Thank you!", In_Reply_To=mails.OURS), Status.SENT),
        (mails.failed("5.1.1", "User unknown"), Status.BOUNCED),
        (mails.failed("4.4.1", "timed out", action="delayed"), Status.SENT),
    ],
    ids=["a reply", "a bounce", "a delay"],
)
def test_a_delivery_in_doubt_is_settled_by_what_came_back_with_the_proof(inbox, ledger, content, status):
    delivery_id, message_id = sent(ledger, status=Status.UNCONFIRMED)
    inbox.deliver(about(content, message_id))
    checked(inbox, ledger)
    assert status_of(ledger, delivery_id) is status
    with ledger.read() as tx:
        assert history_of(tx, delivery_id)[-1].note


def test_a_delivery_in_doubt_is_settled_by_its_copy_in_sent(inbox, ledger):
    delivery_id, message_id = sent(ledger, status=Status.UNCONFIRMED)
    with inbox.open() as mailbox:
        mailbox.put("Sent", message_id, about(mails.ORIGINAL.encode(), message_id), NOW, is_draft=False)
    assert checked(inbox, ledger).settled == 1
    assert status_of(ledger, delivery_id) is Status.SENT


def test_a_delivery_in_doubt_without_evidence_stays_in_doubt(inbox, ledger):
    delivery_id, _ = sent(ledger, status=Status.UNCONFIRMED)
    assert checked(inbox, ledger).settled == 0
    assert status_of(ledger, delivery_id) is Status.UNCONFIRMED


def test_a_complaint_about_several_mails_suppresses_each_of_their_recipients(inbox, ledger):
    ids = add_queued(ledger, 2)
    with ledger.begin() as tx:
        move(tx, ids, Status.SENDING, at=NOW, who="mailer")
        move(tx, ids, Status.SENT, at=NOW, who="mailer", values={"sent_at": NOW - timedelta(hours=1)})
        first, second = (entry.message_id for entry in listing.entries(tx, ids=ids))
    another = mails.ORIGINAL.replace(mails.OURS, second)
    part = f"{mails.ORIGINAL}\n--f1\nContent-Type: message/rfc822\n\n{another}"
    inbox.deliver(about(mails.feedback("abuse", part=part), first))
    checked(inbox, ledger)
    assert suppressed(ledger) == {"client0@client.example", "client1@client.example"}


def test_a_complaint_about_a_shared_mail_is_the_word_of_all_it_was_written_to(inbox, ledger):
    _, message_id = sent(ledger, to=(BOB, "carol@client.example"), cc=("ada@harbourvale.example",))
    inbox.deliver(about(mails.feedback("abuse"), message_id))
    checked(inbox, ledger)
    assert suppressed(ledger) == {BOB, "carol@client.example"}


def test_who_is_forgotten_and_asks_to_leave_once_more_is_not_named_again(inbox, ledger):
    _, message_id = sent(ledger)
    with ledger.begin() as tx:
        erasing.forget(tx, BOB, at=NOW, who="ada")
    inbox.deliver(about(mails.mail("", subject="unsubscribe", In_Reply_To=mails.OURS), message_id))
    inbox.deliver(about(mails.feedback("abuse"), message_id))
    checked(inbox, ledger)
    (blocked,) = suppressed(ledger)
    assert blocked.startswith("hash:")


def test_of_somebody_forgotten_a_later_answer_is_told_and_nothing_of_it_is_kept(inbox, ledger):
    _, message_id = sent(ledger)
    with ledger.begin() as tx:
        erasing.forget(tx, BOB, at=NOW, who="ada")
        assert people.identify(tx, [contact(BOB)], at=NOW)  # the sheet still has them
    bounced = mails.failed("5.1.1", f"550 5.1.1 <{BOB}> unknown").replace(b"<reply@", b"<notice@")
    inbox.deliver(reply(message_id))
    inbox.deliver(about(bounced, message_id))
    inbox.deliver(about(mails.mail("", subject="unsubscribe", Message_ID="<leaving@client.example>"), message_id))
    found = checked(inbox, ledger)
    assert {news.note for news in found.news} == {"from somebody who asked to be forgotten: nothing of it is kept"}
    assert [(row.address, row.subject, row.words) for row in kept(ledger)] == [("", "", "")] * 2
    with ledger.read() as tx:
        assert tx.execute(select(schema.history)).all() == []
    (blocked,) = suppressed(ledger)
    assert blocked.startswith("hash:")
