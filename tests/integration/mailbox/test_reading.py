"""A mailbox is read once, in bounded memory, whatever happens to the line."""

import resource
import threading
from datetime import timedelta

import pytest

from mailer.errors import ConfigError, ServerError
from mailer.ledger.opening import open_ledger
from mailer.mailbox.imap import Mailbox, Position
from tests import mails
from tests.dovecot import PASSWORD, Dovecot, changing_line, cutting_line, refusing_line
from tests.factories import NOW
from tests.inboxes import NEEDS_DOVECOT, TODAY, about, checked, kept, reply, sent

pytestmark = NEEDS_DOVECOT


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
    assert len(kept(ledger)) == 150


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
    assert len(kept(ledger)) == 60


def test_mails_that_the_server_will_not_give_out_now_are_read_the_next_time(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(reply(message_id))
    with changing_line(inbox.port, b"OK Fetch completed", b"NO [UNAVAILABLE] Too much") as port:
        place = inbox.place(server=f"127.0.0.1:{port}")
        with pytest.raises(ServerError, match="Too much"):
            checked(inbox, ledger, open_mailbox=lambda: Mailbox.open(place, "ada", PASSWORD, timeout=20))
    assert checked(inbox, ledger).counts["reply"] == 1


def test_a_mail_that_the_server_cannot_read_is_told_once_and_does_not_bar_the_way_to_the_next(inbox, ledger):
    _, message_id = sent(ledger)
    inbox.deliver(b"From: bob@client.example\r\n\r\nBROKEN")
    with refusing_line(inbox.port, b"BROKEN", b"The message could not be converted") as port:
        place = inbox.place(server=f"127.0.0.1:{port}")

        def check():
            return checked(inbox, ledger, open_mailbox=lambda: Mailbox.open(place, "ada", PASSWORD, timeout=20))

        with pytest.raises(ServerError, match="could not be converted"):
            check()  # as long as nothing else is there, the server may only be tired
        inbox.deliver(reply(message_id))
        found = check()
        assert (found.read, found.counts) == (2, {"unclear": 1, "reply": 1})
        assert "could not be converted" in found.news[0].words
        assert check().counts == {}


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


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_used_is_said_to_be_so(dovecot, tmp_path, content):
    authority = tmp_path / "authority.pem"
    if content:
        authority.write_text(content)
    place = dovecot.place(server=f"127.0.0.1:{dovecot.tls_port}", security="tls")
    with pytest.raises(ConfigError, match=r"`ca_file` .*authority\.pem cannot be used"):
        Mailbox.open(place, "ada", PASSWORD, ca_file=authority)


def test_starttls_is_verified_too(dovecot):
    place = dovecot.place(security="starttls")
    with pytest.raises(ServerError, match="cannot be trusted"):
        Mailbox.open(place, "ada", PASSWORD)
    Mailbox.open(place, "ada", PASSWORD, ca_file=dovecot.certificate).__exit__()


def test_a_refused_password_is_said_in_one_sentence(dovecot):
    with pytest.raises(ServerError, match=r"refuses the login: NO \[AUTHENTICATIONFAILED\] Authentication failed\.$"):
        Mailbox.open(dovecot.place(), "ada", "wrong")


def test_a_folder_that_there_is_not_is_said_in_the_servers_words(dovecot):
    with dovecot.open() as mailbox, pytest.raises(ServerError, match="answered: NO Mailbox doesn't exist") as refused:
        list(mailbox.new_mail("Nowhere", Position(), NOW.date()))
    assert "folders" in refused.value.cure


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
