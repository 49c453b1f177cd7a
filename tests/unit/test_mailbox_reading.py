"""One mail's bytes become what it is, in every class, form, language and line end; nothing raises, little is read."""

import time
import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mailbox import Kind, Reason, read
from mailer.mailbox.incoming import PLAIN_WORDS, Action
from mailer.mailbox.mime import BYTE_LIMIT
from tests.mails import BOB, KNOWN, ORIGINAL, OURS, US, every_mail, failed, mail, report, words

TODAY = date(2026, 11, 21)
MADE = list(every_mail())
LINE_ENDS = {"LF": b"\n", "CR": b"\r", "CRLF": b"\r\n"}


def understood(content):
    return read(content, KNOWN, today=TODAY)


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_a_mail_is_understood_with_any_line_end(made, line_end):
    incoming = understood(made.content.replace(b"\n", LINE_ENDS[line_end]))
    assert (incoming.kind, incoming.is_ours) == (made.kind, made.is_ours)
    assert any(notice.is_hard for notice in incoming.notices) == made.is_hard


@pytest.mark.parametrize("made", [made for made in MADE if made.kind is Kind.NOTICE], ids=lambda made: made.name)
def test_a_notice_names_the_person_whose_mail_came_back(made):
    assert [notice.recipient for notice in understood(made.content).notices] == [BOB]


@pytest.mark.parametrize("made", [made for made in MADE if b"2027" in made.content], ids=lambda made: made.name)
def test_an_absence_note_names_the_day_of_the_return(made):
    assert understood(made.content).back_on == date(2027, 5, 5)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Away until May 5th", date(2027, 5, 5)),
        ("back on 12/31", date(2026, 12, 31)),
        ("vom 1. bis 24. Dezember", date(2026, 12, 24)),
        ("back on 03/04/2027", None),
        ("I was away until 1 May 2020", None),
        ("back on 31 February 2027", None),
        ("see you soon", None),
    ],
)
def test_a_date_of_return_is_believed_only_where_it_is_plain_and_to_come(text, day):
    assert understood(mail(text, Auto_Submitted="auto-replied")).back_on == day


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason"),
    [
        ("5.1.1", "550 5.1.1 user unknown", Reason.NO_PERSON),
        ("5.1.1", "host spamfilter.client.example said: 550 5.1.1 user unknown", Reason.NO_PERSON),
        ("5.2.2", "552 mailbox full", Reason.FULL),
        ("5.7.26", "550 5.7.26 DMARC", Reason.AUTHENTICATION),
        ("5.7.1", "550 5.7.1 blocked using zen.spamhaus.org", Reason.POLICY),
        ("5.0.0", "", Reason.UNSAID),
    ],
)
def test_a_notice_gives_its_reason_in_plain_words(status, diagnostic, reason):
    (notice,) = understood(failed(status, diagnostic)).notices
    assert (notice.reason, notice.words) == (reason, PLAIN_WORDS[reason])


def test_a_notice_about_several_people_tells_them_apart():
    fields = (
        "Final-Recipient: rfc822; bob@client.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; carol@client.example\nAction: delayed\nStatus: 4.4.1\n"
    )
    notices = understood(report("x", fields)).notices
    assert [(one.recipient, one.action, one.is_hard) for one in notices] == [
        (BOB, Action.FAILED, True),
        ("carol@client.example", Action.DELAYED, False),
    ]


def test_a_forwarded_mail_that_failed_tells_the_address_it_was_first_sent_to():
    fields = (
        f"Original-Recipient: rfc822; {BOB}\nFinal-Recipient: rfc822; b@home.example\nAction: failed\nStatus: 5.1.1"
    )
    (notice,) = understood(report("x", fields)).notices
    assert (notice.recipient, notice.original_recipient) == ("b@home.example", BOB)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rfc822; bob@bücher.example", "bob@xn--bcher-kva.example"),
        ("utf-8; jörg@xn--bcher-kva.example", "jörg@xn--bcher-kva.example"),
        (r"utf-8; j\x{F6}rg@b\x{FC}cher.example", "jörg@xn--bcher-kva.example"),
        (r"utf-8; s\x{D8}ren@client.example", "søren@client.example"),
    ],
)
def test_a_recipient_is_named_as_we_keep_the_address_however_the_notice_writes_it(written, meant):
    (notice,) = understood(report("x", f"Final-Recipient: {written}\nAction: failed\nStatus: 5.1.1\n")).notices
    assert notice.recipient == meant


def test_a_notice_that_cannot_be_understood_is_kept_as_such():
    assert understood(mail("Delivery failed.", sender="MAILER-DAEMON@mx.example", subject="x")).kind is Kind.UNCLEAR


def test_what_comes_back_carries_the_message_ids_of_ours_and_no_others():
    content = mail("Thanks", In_Reply_To="<theirs@x.example>", References=f"<old@x.example> {OURS}")
    assert understood(content).about == (OURS,)


def test_a_mail_that_merely_quotes_our_message_id_line_is_about_it():
    assert understood(words("<bob@client.example>:\nuser unknown")).about == (OURS,)


def test_our_own_mail_is_not_a_reply():
    assert understood(mail("Hi Bob", sender=US, In_Reply_To=OURS)).kind is Kind.OTHER


def test_an_answer_below_the_quoted_mail_is_found():
    content = mail(f"On Monday, Ada <{US}> wrote:\n> Thank you, Bob.\n\nYou are welcome!")
    assert understood(content).words == "You are welcome!"


def test_the_signature_of_a_telephone_is_no_part_of_the_answer():
    assert understood(mail("Lovely!\n\nSent from my iPhone")).words == "Lovely!"


_PIECES = st.sampled_from([made.content for made in MADE])


@given(st.binary(max_size=3000))
def test_no_bytes_raise(content):
    assert understood(content).kind in Kind


@given(_PIECES, st.data())
def test_no_damaged_mail_raises(content, data):
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 200))
    assert understood(content[:start] + data.draw(st.binary(max_size=40)) + content[start + length :]).kind in Kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\0" * 5000,
        b"From \xff\xfe\n\n\xff",
        mail("x", sender=""),
        mail("x", From="=?no-such-charset?b?////?= <bob@client.example>"),
        mail("x", Content_Type="text/plain; charset=base64"),
        mail("x", Content_Type='text/plain; charset="\0utf-8"'),
        mail("x", Content_Type="text/plain; charset=punycode"),
        mail("///", Content_Transfer_Encoding="base64"),
        mail("=ZZ=", Content_Transfer_Encoding="quoted-printable"),
        mail("--x", Content_Type="multipart/mixed; boundary=x"),
        mail("<![CDATA[<!x<?php <a <b", Content_Type="text/html"),
        mail("x", Subject="=?utf-8?q?=0ABcc:_eve@x?="),
    ],
    ids=range(14),
)
def test_a_broken_mail_does_not_raise(content):
    assert understood(content).kind in Kind


@pytest.mark.parametrize("charset", ["utf-7", "unicode-1-1-utf-7"])
def test_half_characters_of_an_odd_charset_are_left_out_since_nothing_can_keep_them(charset):
    half = "+2AA-"
    incoming = understood(
        mail(f"Thank {half}you", Subject=f"=?{charset}?q?{half}Thanks?=", Content_Type=f"text/plain; charset={charset}")
    )
    assert (incoming.subject, incoming.words) == ("Thanks", "Thank you")


def test_parts_nested_without_end_are_read_no_deeper_than_needed():
    content = mail("", Content_Type="multipart/mixed; boundary=b")
    content += b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 20_000
    assert understood(content).kind in Kind


def test_a_million_parts_are_not_read():
    content = mail("", Content_Type="multipart/mixed; boundary=b") + b"--b\n\nx\n" * 100_000
    assert understood(content).kind in Kind


def test_a_header_of_100_kb_is_no_harm():
    content = mail("Thanks!", References=" ".join(["<a@b.example>"] * 8000), In_Reply_To=OURS)
    assert understood(content).kind is Kind.REPLY


def test_a_mail_of_20_mb_is_read_in_bounded_memory():
    content = mail("Thanks!", In_Reply_To=OURS) + b"x" * 20_000_000
    tracemalloc.start()
    assert understood(content).kind is Kind.REPLY
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * BYTE_LIMIT


@pytest.mark.parametrize("letter", ["x", " ", ">", "<", "@", "a@b.c ", "-", "1.", "=?", "user ", "\n", "> \n", "1/1/"])
def test_no_text_takes_long(letter):
    content = words(letter * (500_000 // len(letter)))
    started = time.process_time()
    understood(content)
    assert time.process_time() - started < 5


def test_the_original_is_told_from_the_notice_by_every_usual_mark():
    for mark in (
        "----- Original message -----",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Unsent message follows -----",
        "-------original message",
        "Original message headers:",
    ):
        quoted = f"Carol's address is carol@other.example\n{ORIGINAL}"
        content = words(f"{BOB}\n  550 5.1.1 user unknown", mark=f"{mark}\n{quoted}")
        assert [notice.recipient for notice in understood(content).notices] == [BOB]
