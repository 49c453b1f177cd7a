"""The SMTP transport against a real server that follows a script: every answer and every cut has one receipt."""

import gc
import threading

import pytest

from mailer.config.models import Account
from mailer.model import Message, Outcome, Phase, Receipt
from mailer.transports import Ready
from mailer.transports.conversation import Timeouts
from mailer.transports.smtp import Smtp
from tests.servers import Cut, ScriptedServer, Slowly, Stall

QUICK = Timeouts(connect=10, command=0.3, block=0.3, content=0.3)
CONTENT = b"Subject: hello\r\n\r\nFirst line\r\n.\r\n..two dots\r\nlast\r\n"


def message(number=1, to=("bob@example.com",), content=CONTENT, mail_from="office@firm.example"):
    return Message(mail_from, to, f"<{number}@firm.example>", content)


def transport(server, *, connections=1, timeouts=None):
    account = Account(server=server.address, security="none", connections=connections)
    return Smtp(account, None, timeouts=timeouts)


def deliver(server, *messages, timeouts=None, connections=1):
    """Send messages in order, announcing each behind the one before, as a sending pass does."""
    smtp = transport(server, timeouts=timeouts, connections=connections)
    smtp.open()
    receipts, waiting, in_hand = [], list(messages), {}

    def offer(slot):
        if waiting:
            in_hand[slot] = [waiting.pop(0)]
            smtp.offer(slot, in_hand[slot][0])

    for slot in range(smtp.slots):
        offer(slot)
    while any(in_hand.values()):
        for slot, event in smtp.wait(10):
            if isinstance(event, Ready):
                following = waiting.pop(0) if waiting else None
                in_hand[slot] += [following] if following else []
                smtp.send(slot, following)
            else:
                receipts.append((in_hand[slot].pop(0).message_id, event))
                if not in_hand[slot]:
                    offer(slot)
    smtp.close()
    order = [m.message_id for m in messages]
    return [receipt for _, receipt in sorted(receipts, key=lambda pair: order.index(pair[0]))]


def events(smtp, count=1):
    """The next so many events."""
    found = []
    while len(found) < count:
        found += smtp.wait(10)
    return found


def outcomes(receipts):
    return [(receipt.outcome, receipt.phase) for receipt in receipts]


ACCEPTED = (Outcome.ACCEPTED, Phase.CONTENT)
EXTENSIONS = pytest.mark.parametrize("extensions", [("PIPELINING", "8BITMIME"), ()], ids=["pipelined", "one by one"])


@EXTENSIONS
def test_messages_arrive_byte_for_byte_and_in_order(extensions):
    with ScriptedServer(extensions=extensions) as server:
        receipts = deliver(server, *[message(n, content=CONTENT + b"%d\r\n" % n) for n in range(20)])
    assert outcomes(receipts) == [ACCEPTED] * 20
    assert [taken.content for taken in server.accepted] == [CONTENT + b"%d\r\n" % n for n in range(20)]
    assert server.connections == 1
    assert server.said("QUIT") == ["QUIT"]


def test_many_connections_take_each_message_once():
    with ScriptedServer() as server:
        receipts = deliver(server, *[message(n, (f"p{n}@example.com",)) for n in range(60)], connections=5)
    assert outcomes(receipts) == [ACCEPTED] * 60
    assert sorted(taken.rcpt_to for taken in server.accepted) == sorted((f"p{n}@example.com",) for n in range(60))
    assert server.connections == 5


def test_nothing_of_the_content_leaves_before_send():
    with ScriptedServer() as server:
        smtp = transport(server)
        smtp.open()
        smtp.offer(0, message())
        assert events(smtp) == [(0, Ready())]
        assert smtp.wait(0.05) == []
        smtp.drop(0)
        smtp.offer(0, message(2))
        assert events(smtp) == [(0, Ready())]
        smtp.send(0, None)
        assert events(smtp)[0][1].outcome is Outcome.ACCEPTED
        smtp.close()
    assert len(server.accepted) == 1
    assert server.connections == 2


@EXTENSIONS
@pytest.mark.parametrize(
    ("phase", "reply", "outcome"),
    [
        ("mail", "450 4.3.2 busy", Outcome.DEFERRED),
        ("mail", "550 5.7.1 not you", Outcome.STOPPED),
        ("mail", "552 5.3.4 too big", Outcome.REFUSED),
        ("rcpt", "450 4.2.2 mailbox full", Outcome.DEFERRED),
        ("rcpt", "550 5.1.1 no such person", Outcome.REFUSED),
        ("rcpt", "452 4.5.3 too many", Outcome.STOPPED),
        ("data", "451 4.3.0 later", Outcome.DEFERRED),
        ("data", "554 5.5.1 no", Outcome.REFUSED),
        ("dot", "452 4.3.1 disk full", Outcome.DEFERRED),
        ("dot", "554 5.6.0 content refused", Outcome.REFUSED),
        ("dot", "550 5.4.5 daily quota exceeded", Outcome.STOPPED),
    ],
)
def test_an_answer_of_the_server_becomes_its_receipt_and_the_next_mail_goes(extensions, phase, reply, outcome):
    def script(turn):
        return reply if turn.is_at(phase) and turn.mail == 2 else None

    with ScriptedServer(script, extensions=extensions) as server:
        receipts = deliver(server, *[message(n) for n in (1, 2, 3)])
    refused = receipts.pop(1)
    assert (refused.outcome, refused.code, refused.enhanced) == (outcome, int(reply[:3]), reply[4:9])
    assert refused.phase == ("content" if phase == "dot" else phase)
    assert outcomes(receipts) == [ACCEPTED] * 2
    assert (len(server.accepted), server.connections) == (2, 1)


def test_a_354_after_a_refused_recipient_is_answered_by_a_lone_dot():
    def script(turn):
        if turn.mail == 1 and turn.is_at("rcpt"):
            return "550 5.1.1 nobody"
        return "354 go ahead" if turn.mail == 1 and turn.is_at("data") else None

    with ScriptedServer(script) as server:
        receipts = deliver(server, message(1), message(2))
    assert outcomes(receipts) == [(Outcome.REFUSED, Phase.RCPT), ACCEPTED]
    assert (len(server.accepted), server.connections) == (1, 1)


@EXTENSIONS
def test_one_refused_recipient_calls_the_whole_mail_off_and_is_named(extensions):
    with ScriptedServer(
        lambda turn: "550 5.1.1 nobody" if turn.is_at("rcpt", "carol@") else None, extensions=extensions
    ) as server:
        receipts = deliver(server, message(1, ("bob@example.com", "carol@example.com", "dan@example.com")), message(2))
    assert outcomes(receipts) == [(Outcome.REFUSED, Phase.RCPT), ACCEPTED]
    assert receipts[0].text == "carol@example.com: nobody"
    assert [taken.rcpt_to for taken in server.accepted] == [("bob@example.com",)]
    assert server.said("RSET") == ["RSET"]


@EXTENSIONS
def test_a_mail_to_several_recipients_is_one_mail(extensions):
    with ScriptedServer(extensions=extensions) as server:
        receipts = deliver(server, message(1, ("bob@example.com", "carol@example.com")), message(2))
    assert outcomes(receipts) == [ACCEPTED] * 2
    assert server.accepted[0].rcpt_to == ("bob@example.com", "carol@example.com")


@EXTENSIONS
@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
def test_a_line_cut_after_the_final_dot_leaves_the_mail_unconfirmed_and_the_next_goes_once(extensions, hard):
    def script(turn):
        return Cut(hard=hard) if turn.is_at("dot") and turn.mail == 2 else None

    with ScriptedServer(script, extensions=extensions) as server:
        receipts = deliver(server, *[message(n, (f"p{n}@example.com",)) for n in (1, 2, 3, 4)])
    assert outcomes(receipts) == [ACCEPTED, (Outcome.UNCONFIRMED, Phase.CONTENT), ACCEPTED, ACCEPTED]
    assert [taken.rcpt_to[0][:2] for taken in server.accepted] == ["p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("after_bytes", [1, 100_000])
def test_a_line_cut_before_the_terminator_was_handed_over_is_safe_to_try_again(after_bytes):
    """The mail is larger than what the system buffers, so the cut comes while it is being written."""
    large = CONTENT + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 300_000

    def script(turn):
        return Cut(after_bytes=after_bytes, hard=True) if turn.is_at("content") and turn.mail == 1 else None

    with ScriptedServer(script, extensions=("PIPELINING",)) as server:
        receipts = deliver(server, message(1, content=large), message(2, content=large))
    assert outcomes(receipts) == [(Outcome.DEFERRED, Phase.CONTENT), ACCEPTED]
    assert [len(taken.content) for taken in server.accepted] == [len(large)]


@EXTENSIONS
@pytest.mark.parametrize("phase", ["rcpt", "data"])
def test_a_line_cut_amid_the_answers_to_an_envelope_is_deferred(extensions, phase):
    def script(turn):
        return Cut() if turn.is_at(phase) and turn.mail == 1 else None

    with ScriptedServer(script, extensions=extensions) as server:
        receipts = deliver(server, message(1), message(2))
    assert outcomes(receipts) == [(Outcome.DEFERRED, Phase.MAIL), ACCEPTED]


@pytest.mark.parametrize("action", [Cut(), Cut(hard=True), "421 4.3.0 shutting down"], ids=["cut", "reset", "421"])
def test_a_line_cut_before_any_answer_is_opened_again_and_nothing_is_in_doubt(action):
    def script(turn):
        if turn.is_at("mail") and turn.mail in (1, 4):
            return Cut("421 4.3.0 shutting down") if isinstance(action, str) else action
        return None

    with ScriptedServer(script) as server:
        receipts = deliver(server, *[message(n) for n in (1, 2, 3, 4)])
    assert outcomes(receipts) == [ACCEPTED] * 4
    assert (len(server.accepted), server.connections) == (4, 3)


def test_a_421_that_asks_us_to_slow_down_stops_the_account():
    with ScriptedServer(lambda turn: Cut("421 4.7.28 too fast") if turn.is_at("mail") else None) as server:
        receipts = deliver(server, message())
    assert outcomes(receipts) == [(Outcome.STOPPED, Phase.MAIL)]
    assert "per_minute" in receipts[0].text


def test_a_421_instead_of_the_last_250_is_deferred():
    with ScriptedServer(lambda turn: Cut("421 4.3.2 closing") if turn.is_at("dot") else None) as server:
        receipts = deliver(server, message())
    assert outcomes(receipts) == [(Outcome.DEFERRED, Phase.CONTENT)]
    assert receipts[0].code == 421


def test_a_server_that_cuts_every_line_is_left_alone_after_three():
    with ScriptedServer(lambda turn: Cut() if turn.is_at("dot") else None) as server:
        receipts = deliver(server, *[message(n) for n in range(6)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.UNCONFIRMED] * 3 + [Outcome.STOPPED] * 3
    assert (len(server.accepted), server.connections) == (3, 3)


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [("mail", Outcome.DEFERRED), ("rcpt", Outcome.DEFERRED), ("dot", Outcome.UNCONFIRMED)],
)
def test_silence_in_a_phase_ends_by_its_timeout(phase, outcome):
    with ScriptedServer(lambda turn: Stall() if turn.is_at(phase) else None) as server:
        receipts = deliver(server, message(), timeouts=QUICK)
    assert [receipt.outcome for receipt in receipts] == [outcome]


def test_a_server_that_stops_reading_a_large_mail_defers_it():
    large = CONTENT + (b"y" * 76 + b"\r\n") * 300_000
    with ScriptedServer(lambda turn: Stall() if turn.is_at("content") else None, extensions=()) as server:
        receipts = deliver(server, message(content=large), timeouts=QUICK)
    assert outcomes(receipts) == [(Outcome.DEFERRED, Phase.CONTENT)]


def test_answers_that_come_byte_by_byte_and_on_many_lines_are_understood():
    def script(turn):
        return Slowly("250-2.1.0 fine\r\n250-2.1.0 really\r\n250 2.1.0 yes") if turn.phase in ("mail", "dot") else None

    with ScriptedServer(script) as server:
        receipts = deliver(server, message(1), message(2))
    assert outcomes(receipts) == [ACCEPTED] * 2
    assert receipts[0].text == "fine really yes"


@pytest.mark.parametrize(
    ("phase", "nonsense", "outcome"),
    [
        ("mail", "hello?", Outcome.DEFERRED),
        ("mail", "354 what", Outcome.DEFERRED),
        ("data", "250 odd", Outcome.DEFERRED),
        ("dot", "250", Outcome.ACCEPTED),
        ("dot", "354 more", Outcome.UNCONFIRMED),
        ("dot", "garbage", Outcome.UNCONFIRMED),
        ("dot", "x" * 10_000, Outcome.UNCONFIRMED),
    ],
)
def test_an_answer_that_makes_no_sense_ends_the_line_and_is_never_taken_for_a_yes(phase, nonsense, outcome):
    with ScriptedServer(lambda turn: nonsense if turn.is_at(phase) else None) as server:
        receipts = deliver(server, message())
    assert [receipt.outcome for receipt in receipts] == [outcome]


def test_a_line_that_the_server_closed_while_idle_is_opened_again():
    with ScriptedServer(lambda turn: Cut() if turn.is_at("noop") else None) as server:
        smtp = transport(server)
        smtp.open()
        server._sockets[0].shutdown(2)
        smtp.wait(0.05)
        smtp.offer(0, message())
        assert events(smtp) == [(0, Ready())]
        smtp.send(0, None)
        assert events(smtp)[0][1].outcome is Outcome.ACCEPTED
        smtp.close()
    assert server.connections == 2


def test_a_line_cut_while_the_server_waits_for_the_content_defers_that_mail_and_keeps_the_next():
    with ScriptedServer() as server:
        smtp = transport(server)
        smtp.open()
        smtp.offer(0, message(1))
        assert events(smtp) == [(0, Ready())]
        server._sockets[0].shutdown(2)
        assert smtp.wait(0.1) == []
        smtp.send(0, message(2))
        first, second = events(smtp, 2)
        assert (first[1].outcome, second) == (Outcome.DEFERRED, (0, Ready()))
        smtp.close()
    assert server.accepted == []


def test_a_connection_that_was_opened_and_never_needed_is_closed():
    with ScriptedServer() as server:
        smtp = transport(server, connections=2)
        smtp.open()
        smtp.offer(1, message())
        for opening in [thread for thread in threading.enumerate() if "_open" in thread.name]:
            opening.join(10)
        smtp.close()
        del smtp
        gc.collect()  # what was left open would be warned of, and a warning fails the test
        assert server.connections == 2


def test_a_mail_too_large_for_the_server_is_refused_before_a_word_is_said():
    with ScriptedServer(extensions=("PIPELINING", "SIZE 1000")) as server:
        receipts = deliver(server, message(1, content=CONTENT * 100), message(2))
    assert outcomes(receipts) == [(Outcome.REFUSED, Phase.MAIL), ACCEPTED]
    assert server.said("MAIL") == [f"MAIL FROM:<office@firm.example> SIZE={len(CONTENT)}"]


def test_an_address_with_letters_beyond_ascii_goes_where_smtputf8_is_offered():
    with ScriptedServer() as server:
        receipts = deliver(server, message(1, ("jörg@xn--bcher-kva.example",)))
    assert outcomes(receipts) == [ACCEPTED]
    assert server.accepted[0].rcpt_to == ("jörg@xn--bcher-kva.example",)
    assert server.said("MAIL")[0].endswith(" SMTPUTF8")


def test_an_address_with_letters_beyond_ascii_is_refused_in_plain_words_elsewhere():
    with ScriptedServer(extensions=("PIPELINING",)) as server:
        receipts = deliver(server, message(1), message(2, ("jörg@example.com",)), message(3))
    assert outcomes(receipts) == [ACCEPTED, (Outcome.REFUSED, Phase.RCPT), ACCEPTED]
    assert "jörg@example.com" in receipts[1].text


def test_eight_bit_content_is_declared_and_never_sent_where_it_is_not_offered():
    eight = message(1, content="Subject: hello\r\n\r\nhé\r\n".encode())
    with ScriptedServer() as server:
        deliver(server, eight)
    assert server.said("MAIL")[0].endswith(" BODY=8BITMIME")
    with ScriptedServer(extensions=()) as server:
        assert outcomes(deliver(server, eight)) == [(Outcome.DEFERRED, Phase.MAIL)]


def test_a_receipt_says_what_the_server_said_without_control_characters():
    with ScriptedServer(lambda turn: "550 5.1.1 no\x1b[31m\x07 such" if turn.is_at("rcpt") else None) as server:
        receipts = deliver(server, message())
    assert receipts == [Receipt(Outcome.REFUSED, Phase.RCPT, 550, "5.1.1", "no [31m  such")]
