"""A mail that tells how to leave, the page behind its address, and the warnings of `mailer check`, as installed."""

import re
import socket
import urllib.error
import urllib.request

import pytest

from tests.servers import ScriptedServer
from tests.workspaces import smtp_account

PAGE = "https://leave.harbourvale.example"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def asked(address, form=None):
    with urllib.request.urlopen(address, data=form, timeout=20) as answer:
        return answer.status, answer.read()


def host_the_page(firm, port):
    """A personal campaign says how to leave, and the firm hosts the page for it."""
    firm.write_config(account=smtp_account(port), campaign="review: each\n    unsubscribe: true")
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text().replace("  timezone:", f"  unsubscribe_at: {PAGE}\n  timezone:", 1))


def sent_to_everybody(firm):
    """The mails of that campaign, as a mail server took them."""
    with ScriptedServer() as server:
        host_the_page(firm, server.port)
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "thanks", "--all", "--yes")
        firm.run("send", "thanks", "--yes")
        return server.accepted


def suppressed(firm):
    return [entry["what"] for entry in firm.run("suppress", "list", "--json").json]


def test_one_click_on_a_personal_mail_suppresses_its_reader_and_a_scanner_nobody(firm):
    mail = next(taken for taken in sent_to_everybody(firm) if taken.rcpt_to == ("client2@client.example",))
    (token,) = re.findall(rf"List-Unsubscribe: <{PAGE}/([\w.-]+)>, <mailto:".encode(), mail.content)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mail.content
    port = free_port()
    serving = firm.start("unsubscribe-server", "--port", port)
    try:
        assert "is answered on" in serving.stderr.readline()
        page = f"http://127.0.0.1:{port}/{token.decode()}"
        status, shown = asked(page)
        assert (status, b"client2" in shown, suppressed(firm)) == (200, False, [])
        answers = [asked(page, b"List-Unsubscribe=One-Click") for _ in range(2)]
        assert (answers[0], answers[0][0]) == (answers[1], 200)
    finally:
        serving.terminate()
        serving.communicate()
    assert suppressed(firm) == ["client2@client.example"]


def test_who_sends_much_to_the_page_is_refused_before_it_is_kept_anywhere(firm):
    host_the_page(firm, 2525)
    port = free_port()
    serving = firm.start("unsubscribe-server", "--port", port)
    try:
        assert "is answered on" in serving.stderr.readline()
        with pytest.raises(urllib.error.HTTPError, match="413"):
            asked(f"http://127.0.0.1:{port}/x", b"x" * 20_000)
    finally:
        serving.terminate()
        serving.communicate()


@pytest.mark.parametrize("said", [("suppress", "add"), ("forget", "--yes")])
def test_who_left_while_all_was_a_rehearsal_is_not_written_to_when_mail_is_real(firm, said):
    firm.run(*said, "client2@client.example")
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port), campaign="review: none")
        firm.run("campaigns", "prepare", "thanks")
        firm.run("send", "thanks", "--yes", code=None)
        assert {taken.rcpt_to[0] for taken in server.accepted} == {"client1@client.example", "client3@client.example"}


def test_who_may_be_written_to_again_may_be_so_for_real_too(firm):
    firm.run("suppress", "add", "client2@client.example")
    firm.run("suppress", "remove", "client2@client.example")
    firm.write_config(account=smtp_account(2525))
    assert suppressed(firm) == []


def test_a_rehearsed_wish_to_leave_touches_nothing_real(firm):
    firm.write_config(account=smtp_account(2525))
    firm.run("--rehearse", "suppress", "add", "client2@client.example")
    assert suppressed(firm) == []


def test_a_port_that_is_taken_is_said_in_one_sentence(firm):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        host_the_page(firm, port)
        assert f"Nothing can listen on 127.0.0.1:{port}" in firm.run("unsubscribe-server", "--port", port, code=2).err


def test_an_account_whose_provider_is_about_to_refuse_passwords_is_warned_of(firm):
    firm.write_config(account="server: smtp.office365.com:587\n    security: starttls\n    username: ada@x.example")
    kinds = [problem["kind"] for problem in firm.run("check", "--offline", "--json").json["problems"]]
    assert "password-ends" in kinds


def test_a_port_that_there_is_not_is_refused(firm):
    assert "80000 is not in the range" in firm.run("unsubscribe-server", "--port", 80000, code=2).err


def test_who_is_named_as_a_mail_program_writes_them_is_suppressed_too(firm):
    for name in ("mailto:client1@client.example", "Bob <client2@client.example>", "Client3@client.example;"):
        assert "is suppressed." in firm.run("suppress", "add", name).out
    told = firm.run("campaigns", "prepare", "thanks").out
    assert told.count("must not be written to") == 3


@pytest.mark.parametrize("named", ["mailto:client1@client.example", "Bob Stone <Client1@client.example>"])
def test_who_asks_to_be_forgotten_is_found_as_a_mail_program_writes_them(firm, named):
    firm.run("campaigns", "prepare", "thanks")
    assert "1 mail emptied" in firm.run("forget", named, "--yes").out
    held = firm.run("export", named, "--json").json["rehearsal.db"]
    assert (held["names"], [one.casefold() for one in held["addresses"]]) == ([], ["client1@client.example"])
    assert "nobody is known by it" in firm.run("forget", "client1@", "--yes", code=2).err
