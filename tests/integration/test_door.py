"""The way into a mail server: verified or not at all, and one sentence when it stays shut."""

import socket

import pytest
from aiosmtpd.controller import Controller

from mailer.config.models import Account
from mailer.errors import ConfigError, ServerError
from mailer.model import Message, Outcome, Phase
from mailer.transports import Ready
from mailer.transports.conversation import Timeouts
from mailer.transports.smtp import Smtp
from tests.servers import Cut, ScriptedServer, Stall, certificates

LOGIN = {"username": "office@firm.example", "password": "s3cret"}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("certificates"))


def smtp_to(server, security, *, ca_file=None, password="s3cret", username="", connections=1):
    account = Account(
        server=server.address, security=security, username=username, ca_file=ca_file, connections=connections
    )
    return Smtp(account, password if username else None, timeouts=Timeouts(connect=1))


def send_one(smtp):
    smtp.offer(0, Message("a@firm.example", ("b@example.com",), "<1@firm.example>", b"Subject: x\r\n\r\nhi\r\n"))
    while not (events := smtp.wait(5)):
        pass
    if events == [(0, Ready())]:
        smtp.send(0, None)
        while not (events := smtp.wait(5)):
            pass
    smtp.close()
    return events[0][1]


def refusal(smtp):
    with pytest.raises(ServerError) as caught:
        smtp.open()
    smtp.close()
    return f"{caught.value} {caught.value.cure}"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_goes_over_a_verified_line_after_the_login(security, trusted):
    with ScriptedServer(**{security: trusted.context}, **LOGIN) as server:
        smtp = smtp_to(server, security, ca_file=trusted.ca_file, username="office@firm.example")
        smtp.open()
        assert smtp.eight_bit
        assert send_one(smtp).outcome is Outcome.ACCEPTED
    assert server.said("AUTH")
    assert len(server.accepted) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_authority_is_refused_before_the_password_leaves(security, trusted):
    with ScriptedServer(**{security: trusted.context}, **LOGIN) as server:
        said = refusal(smtp_to(server, security, username="office@firm.example"))
    assert "certificate" in said
    assert not server.said("AUTH")


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("host", "days"), [("other.example", 2), ("localhost", -1)], ids=["other host", "expired"])
def test_a_wrong_certificate_is_refused_before_the_password_leaves(security, host, days, tmp_path):
    wrong = certificates(tmp_path, host, days=days)
    with ScriptedServer(**{security: wrong.context}, **LOGIN) as server:
        said = refusal(smtp_to(server, security, ca_file=wrong.ca_file, username="office@firm.example"))
    assert "cannot be trusted" in said
    assert not server.said("AUTH")


@pytest.mark.parametrize("reply", [None, "454 4.7.0 TLS not available", "502 what?"])
def test_a_stripped_starttls_is_refused_before_the_password_leaves(reply, trusted):
    """Somebody on the way took the offer out, or answers the command himself."""
    offered = {} if reply is None else {"starttls": trusted.context}
    with ScriptedServer(lambda turn: reply if turn.is_at("starttls") else None, **offered, **LOGIN) as server:
        refusal(smtp_to(server, "starttls", ca_file=trusted.ca_file, username="office@firm.example"))
    assert not server.said("AUTH")


def test_a_password_and_a_name_beyond_ascii_open_the_door():
    login = {"username": "jürgen@firm.example", "password": "pässwört"}
    with ScriptedServer(**login) as server:
        smtp = smtp_to(server, "none", **login)
        smtp.open()
        assert send_one(smtp).outcome is Outcome.ACCEPTED


def test_a_challenge_that_cannot_be_read_is_a_refused_login():
    with ScriptedServer(lambda turn: "334 abc" if turn.is_at("auth") else None, **LOGIN) as server:
        assert "refused the login" in refusal(smtp_to(server, "none", username="office@firm.example"))


@pytest.mark.parametrize(
    ("reply", "cure"),
    [
        ("535 5.7.8 Username and Password not accepted", "app password"),
        ("534 5.7.9 Application-specific password required", "app password"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission", "sign in"),
        ("454 4.7.0 Too many login attempts", "later"),
    ],
)
def test_a_refused_login_says_so_once_with_the_cure(reply, cure):
    with ScriptedServer(lambda turn: reply if turn.is_at("auth") else None, **LOGIN) as server:
        said = refusal(smtp_to(server, "none", username="office@firm.example"))
    assert reply[:9] in said
    assert cure in said
    assert "s3cret" not in said
    assert len(server.said("AUTH")) == 1


@pytest.mark.parametrize(
    "action",
    ["554 5.7.1 no service for you", "421 4.3.2 too busy", Cut(), Stall(), "<html>hello</html>", "\x15\x03\x01"],
    ids=["554", "421", "cut", "silent", "web page", "bytes"],
)
def test_a_greeting_that_is_none_is_one_sentence_with_a_cure(action):
    with ScriptedServer(lambda turn: action if turn.is_at("greeting") else None) as server:
        said = refusal(smtp_to(server, "none"))
    assert server.address in said
    assert said.endswith(".")


def test_a_tls_line_to_a_plain_server_says_which_port_wants_what():
    with ScriptedServer() as server:
        assert "587" in refusal(smtp_to(server, "tls"))


def test_nobody_listening_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = Smtp(Account(server=f"127.0.0.1:{port}", security="none"), None)
    assert f"127.0.0.1:{port} cannot be reached" in refusal(smtp)


def test_no_security_is_for_this_machine_only():
    smtp = Smtp(Account(server="mail.firm.example:25", security="none"), None)
    with pytest.raises(ConfigError, match="everybody between"):
        smtp.open()
    smtp.close()


def test_a_username_without_a_password_never_asks_the_terminal():
    with ScriptedServer(**LOGIN) as server:
        smtp = smtp_to(server, "none", username="office@firm.example", password=None)
        assert "mailer accounts login" in refusal(smtp)
    assert server.connections == 0


def test_our_machine_is_not_named_to_the_server():
    with ScriptedServer() as server:
        smtp = smtp_to(server, "none")
        smtp.open()
        smtp.close()
    assert server.said("EHLO") == ["ehlo [127.0.0.1]"]


def test_a_login_refused_on_a_later_connection_stops_the_account_with_the_reason():
    def script(turn):
        return "535 5.7.8 changed meanwhile" if turn.is_at("auth") and turn.connection == 2 else None

    with ScriptedServer(script, **LOGIN) as server:
        smtp = smtp_to(server, "none", username="office@firm.example", connections=2)
        smtp.open()
        smtp.offer(1, Message("a@firm.example", ("b@example.com",), "<1@firm.example>", b"Subject: x\r\n\r\n"))
        while not (events := smtp.wait(5)):
            pass
        smtp.close()
    (slot, receipt) = events[0]
    assert (slot, receipt.outcome, receipt.phase, receipt.code) == (1, Outcome.STOPPED, Phase.LOGIN, 535)


class Keeping:
    """An aiosmtpd handler that keeps envelopes."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 kept"


def test_another_mail_server_understands_us_too():
    handler = Keeping()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        smtp = Smtp(Account(server=f"127.0.0.1:{port}", security="none"), None)
        smtp.open()
        assert send_one(smtp).outcome is Outcome.ACCEPTED
    finally:
        controller.stop()
    assert handler.envelopes[0].content == b"Subject: x\r\n\r\nhi\r\n"
