"""A real IMAP server's mailbox is read, understood and acted upon, once, whatever happens on the way."""

import os
import resource
import threading
from datetime import timedelta
from email.utils import format_datetime

import pytest

from mailer.errors import ServerError
from mailer.hearing import check, put_into_drafts
from mailer.ledger import heard, listing, suppressions
from mailer.ledger.moves import history_of, move
from mailer.ledger.opening import open_ledger
from mailer.mailbox.imap import Mailbox, Position
from mailer.model import Status
from tests import mails
from tests.dovecot import PASSWORD, PROGRAM, Dovecot, cutting_line
from tests.factories import NOW, add_drafts, add_queued

pytestmark = pytest.mark.skipif(
    not PROGRAM and os.environ.get("CI") != "true", reason="Dovecot is not installed (dovecot-imapd)"
)

TODAY = NOW.date()
BOB = "client0@client.example"


@pytest.fixture(scope="module")
def dovecot():
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture
def inbox(dovecot):
    dovecot.empty()
    return dovecot


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
    own = frozenset({mails.US})
    place = place or inbox.place()
    return check(open_mailbox or inbox.open, ledger, "ada", place, own=own, now=now, today=TODAY)


def status_of(ledger, delivery_id):
    with ledger.read() as tx:
        return listing.entries(tx, ids=[delivery_id])[0].status


def suppressed(ledger):
    with ledger.read() as tx:
        return {entry.what for entry in suppressions.entries(tx)}


def reply(message_id):
    return about(mails.mail("Thank you, Ada!", In_Reply_To=mails.OURS), message_id)


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
    checked(inbox, ledger)
    assert status_of(ledger, delivery_id) is Status.SENT


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


def test_only_new_mail_is_read_and_nothing_is_marked(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(reply(message_id))
    assert [checked(inbox, ledger).read, checked(inbox, ledger).read] == [1, 0]
    inbox.deliver(mails.mail("News", sender="eve@elsewhere.example"))
    assert checked(inbox, ledger).read == 1
    assert all(":2," not in path.name or path.name.endswith(":2,") for path in (inbox.root / "mail").glob("*/*.test*"))


def test_a_folder_that_was_numbered_anew_is_read_again_and_nothing_is_done_twice(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(reply(message_id))
    checked(inbox, ledger)
    inbox.renumber()
    again = checked(inbox, ledger)
    assert (again.read, again.news) == (1, [])


def test_a_line_that_is_cut_in_the_middle_and_again_loses_nothing_and_does_nothing_twice(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(*(reply(message_id).replace(b"<reply@", f"<r{number}@".encode()) for number in range(150)))
    with cutting_line(inbox.port, [25_000, 30_000]) as port:
        place = inbox.place(server=f"127.0.0.1:{port}")
        found = checked(inbox, ledger, open_mailbox=lambda: Mailbox.open(place, "ada", PASSWORD, timeout=20))
    assert (found.counts["reply"], found.read) == (150, 150)
    with ledger.read() as tx:
        assert len(heard.returned_since(tx, NOW)) == 150


def test_a_line_that_is_always_cut_is_said_and_not_tried_for_ever(inbox, ledger):
    sent(ledger)
    with cutting_line(inbox.port, [200] * 50) as port:
        place = inbox.place(server=f"127.0.0.1:{port}")
        with pytest.raises(ServerError, match="connection to the mailbox"):
            checked(inbox, ledger, open_mailbox=lambda: Mailbox.open(place, "ada", PASSWORD, timeout=20))


def test_two_checks_at_once_do_everything_once(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(*(reply(message_id).replace(b"<reply@", f"<r{number}@".encode()) for number in range(60)))

    def run():
        other = open_ledger(ledger.path, now=NOW)
        checked(inbox, other)
        other.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as tx:
        assert len(heard.returned_since(tx, NOW)) == 60


def test_broken_mails_do_not_stop_the_others(inbox, ledger):
    _, message_id = sent(ledger)
    broken = (
        b"\xff\xfe\0\0",
        b"Subject: no from\n\nx",
        b"From: x\rTo: y\r\rCR only",
        b"Content-Type: multipart/mixed\n\n",
    )
    inbox.deliver(*broken, reply(message_id))
    found = checked(inbox, ledger)
    assert (found.read, found.counts["reply"]) == (5, 1)


def test_a_mail_of_20_mb_is_fetched_only_in_part(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(reply(message_id) + b"x" * 20_000_000)
    with inbox.open() as mailbox:
        ((_, (letter,)), _) = mailbox.new_mail("INBOX", Position(), TODAY - timedelta(days=4000))
    assert len(letter.content) < 200_000


def test_notices_are_put_away_only_where_the_config_says_so(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(about(mails.failed("5.2.2", "mailbox full"), message_id), reply(message_id))
    checked(inbox, ledger, place=inbox.place(file_into="Returned"))
    with inbox.open() as mailbox:
        assert [mailbox.has(folder, "<reply@client.example>") for folder in ("Returned", "INBOX")] == [True, True]


def test_the_server_is_believed_only_with_a_certificate_that_is_trusted(dovecot):
    place = dovecot.place(server=f"127.0.0.1:{dovecot.tls_port}", security="tls")
    with pytest.raises(ServerError, match="cannot be trusted"):
        Mailbox.open(place, "ada", PASSWORD)
    with Mailbox.open(place, "ada", PASSWORD, ca_file=dovecot.certificate) as mailbox:
        assert mailbox.special_folder("Sent") == "Sent"


def test_starttls_is_verified_too(dovecot):
    place = dovecot.place(security="starttls")
    with pytest.raises(ServerError, match="cannot be trusted"):
        Mailbox.open(place, "ada", PASSWORD)
    Mailbox.open(place, "ada", PASSWORD, ca_file=dovecot.certificate).__exit__()


def test_a_refused_password_is_said_in_one_sentence(dovecot):
    with pytest.raises(ServerError, match="refuses the login"):
        Mailbox.open(dovecot.place(), "ada", "wrong")


def test_the_folder_for_drafts_is_found_by_what_it_is_for(dovecot):
    with dovecot.open() as mailbox:
        assert mailbox.special_folder("Drafts") == "Entwürfe"


def test_a_mailbox_of_20_000_mails_is_read_in_bounded_memory(ledger):
    _, message_id = sent(ledger)
    stranger = b"From eve Tue Nov 24 09:30:00 2026\n" + mails.mail("Offers!\n", sender="eve@elsewhere.example") + b"\n"
    server = Dovecot(mbox=stranger * 19_999 + b"From bob Tue Nov 24 09:30:00 2026\n" + reply(message_id) + b"\n")
    try:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = checked(server, ledger)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    finally:
        server.stop()
    assert (found.read, found.counts) == (20_000, {"other": 19_999, "reply": 1})
    assert grown < 40_000  # kilobytes


def approved(ledger):
    """A mail to Bob that a person approved."""
    (delivery_id,) = add_queued(ledger)
    with ledger.read() as tx:
        return delivery_id, listing.entries(tx, ids=[delivery_id])[0].message_id


def lay_into_drafts(inbox, ledger):
    with inbox.open() as mailbox:
        return put_into_drafts(mailbox, ledger, "ada", "thank-you", who="ada", now=NOW)


def count_in(inbox, folder):
    return len(list((inbox.root / "mail" / f".{folder}").glob("*/*.*")))


def test_an_approved_mail_lies_in_drafts_and_is_never_sent_by_the_program_too(inbox, ledger):
    delivery_id, message_id = approved(ledger)
    assert lay_into_drafts(inbox, ledger) == 1
    with inbox.open() as mailbox:
        assert mailbox.has("Entwürfe", message_id)
    assert status_of(ledger, delivery_id) is Status.UNCONFIRMED


def test_a_second_run_replaces_and_does_not_add(inbox, ledger):
    _, _message_id = approved(ledger)
    assert [lay_into_drafts(inbox, ledger), lay_into_drafts(inbox, ledger)] == [1, 1]
    assert count_in(inbox, "Entw&APw-rfe") == 1


def test_a_draft_that_its_owner_threw_away_does_not_come_back(inbox, ledger):
    _, message_id = approved(ledger)
    lay_into_drafts(inbox, ledger)
    with inbox.open() as mailbox:
        mailbox.take_away("Entwürfe", message_id)
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
