"""What is said on the wire, write by write."""

import contextlib
import itertools
import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.model import Message, Outcome
from mailer.transports import Ready
from mailer.transports.conversation import Conversation, LineCutError, Timeouts
from mailer.transports.line import Line
from mailer.transports.offers import Offers
from mailer.transports.replies import NotSmtpError, Replies

CONTENT = b"Subject: hi\r\n\r\n.dot\r\n"
STUFFED = b"Subject: hi\r\n\r\n..dot\r\n.\r\n"


def message(*to):
    return Message("ada@firm.example", to or ("bob@example.com",), "<1@firm.example>", CONTENT)


class Wire:
    """A conversation whose other end is the test."""

    def __init__(self, **offers):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ours = socket.create_connection(listener.getsockname())
            self.theirs, _ = listener.accept()
        self.theirs.settimeout(0.2)
        self.events = []
        self.talk = Conversation(Line(ours), Offers(**offers), Timeouts(), self.events.append)

    def heard(self):
        try:
            return self.theirs.recv(65536)
        except TimeoutError:
            return b""

    def close(self):
        self.talk.line.close()
        self.theirs.close()


@pytest.fixture
def wire(request):
    made = Wire(**request.param)
    yield made
    made.close()


pipelined = pytest.mark.parametrize("wire", [{"pipelining": True}], indirect=True)
one_by_one = pytest.mark.parametrize("wire", [{}], indirect=True)
ENVELOPE = b"MAIL FROM:<ada@firm.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n"


@pipelined
def test_an_envelope_with_one_recipient_is_one_write(wire):
    wire.talk.begin(message())
    assert wire.heard() == ENVELOPE


@pipelined
def test_the_next_envelope_travels_in_the_same_write_as_the_final_dot(wire):
    wire.talk.begin(message())
    wire.heard()
    wire.talk.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert wire.events == [Ready()]
    wire.talk.send(message())
    assert wire.heard() == STUFFED + ENVELOPE


@pipelined
def test_with_several_recipients_every_answer_is_read_before_data(wire):
    wire.talk.begin(message("bob@example.com", "carol@example.com"))
    assert wire.heard().endswith(b"RCPT TO:<carol@example.com>\r\n")
    wire.talk.received(b"250 ok\r\n250 ok\r\n")
    assert wire.heard() == b""
    wire.talk.received(b"250 ok\r\n")
    assert wire.heard() == b"DATA\r\n"


@pipelined
def test_after_a_refused_recipient_the_next_write_begins_with_a_reset(wire):
    wire.talk.begin(message("bob@example.com", "carol@example.com"))
    wire.heard()
    wire.talk.received(b"250 ok\r\n250 ok\r\n550 no\r\n")
    wire.talk.begin(message())
    assert wire.heard() == b"RSET\r\n" + ENVELOPE


def half_sent(wire):
    """A mail that the server has not read to its end."""
    large = replace(message(), content=CONTENT + b"x" * 76 * 400_000 + b"\r\n")
    wire.talk.begin(large)
    wire.talk.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    wire.talk.send(None)
    assert wire.talk.line.is_blocked
    wire.events.clear()


@pipelined
@pytest.mark.parametrize(
    ("said", "became"), [(b"250 ok\r\n", Outcome.DEFERRED), (b"552 5.3.4 too big\r\n", Outcome.REFUSED)]
)
def test_before_the_server_had_the_whole_mail_its_no_counts_its_yes_does_not_and_the_line_ends(wire, said, became):
    half_sent(wire)
    with pytest.raises(LineCutError):
        wire.talk.received(said)
    wire.talk.lost("The line was cut.")
    assert [event.outcome for event in wire.events] == [became]


@one_by_one
def test_without_pipelining_each_command_waits_for_its_answer(wire):
    wire.talk.begin(message())
    for command in (b"MAIL FROM:<ada@firm.example>\r\n", b"RCPT TO:<bob@example.com>\r\n", b"DATA\r\n"):
        assert wire.heard() == command
        wire.talk.received(b"250 ok\r\n" if command != b"DATA\r\n" else b"354 go\r\n")
    wire.talk.send(message())
    assert wire.heard() == STUFFED
    wire.talk.received(b"250 taken\r\n")
    assert wire.heard() == b"MAIL FROM:<ada@firm.example>\r\n"


@one_by_one
def test_without_pipelining_a_reset_is_answered_before_the_next_mail(wire):
    wire.talk.begin(message())
    wire.talk.received(b"250 ok\r\n")
    wire.talk.received(b"550 no\r\n")
    wire.heard()
    wire.talk.begin(message())
    assert wire.heard() == b"RSET\r\n"
    wire.talk.received(b"250 ok\r\n")
    assert wire.heard() == b"MAIL FROM:<ada@firm.example>\r\n"


@pipelined
def test_an_unwanted_354_is_answered_by_a_lone_dot_and_its_answer_read(wire):
    wire.talk.begin(message())
    wire.heard()
    wire.talk.received(b"250 ok\r\n550 nobody\r\n354 go\r\n")
    assert wire.heard() == b".\r\n"
    wire.talk.begin(message())
    wire.talk.received(b"554 nothing to send\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert [getattr(event, "outcome", None) for event in wire.events] == [Outcome.REFUSED, None]


def replies_to(chunks):
    replies = Replies()
    return [(reply.code, reply.words) for chunk in chunks for reply in replies.feed(chunk)]


@given(st.lists(st.integers(1, 60), max_size=12))
def test_replies_are_the_same_however_they_are_cut(cuts):
    stream = b"250-mail.example\r\n250-SIZE 10\r\n250 HELP\r\n354 go\r\n550 5.1.1 no\r\n421\r\n"
    points = [0, *sorted({cut for cut in cuts if cut < len(stream)}), len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(points)]
    assert replies_to(chunks) == [
        (250, ("", "mail.example SIZE 10 HELP")),
        (354, ("", "go")),
        (550, ("5.1.1", "no")),
        (421, ("", "")),
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_replies_or_not_smtp(data):
    with contextlib.suppress(NotSmtpError):
        assert all(200 <= code < 600 for code, _ in replies_to([data]))


def test_a_line_without_end_is_not_smtp():
    with pytest.raises(NotSmtpError):
        replies_to([b"2" * 10_000])
