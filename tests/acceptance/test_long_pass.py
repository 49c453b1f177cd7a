"""A fast account with a long list: composed and signed by one process, recorded and sent by another."""

from email import message_from_bytes
from email.policy import SMTP

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailer.compose.signing import Signer
from tests.servers import ScriptedServer
from tests.workspaces import row, smtp_account

MAILS = 320


@pytest.fixture
def key(firm):
    """The firm's key, in its folder; and the record that belongs to it."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (firm.folder / "dkim.pem").write_bytes(pem)
    return Signer.of("harbourvale.example", "mail", pem)


def test_each_mail_of_a_long_signed_pass_says_what_was_approved_for_its_recipient(firm, key):
    firm.write_sheet([row(number, add_a_sentence="It was a long year." * (number % 3)) for number in range(MAILS)])
    with ScriptedServer() as server:
        account = smtp_account(server.port, connections=4)
        firm.write_config(account=account + "\n    dkim: {selector: mail, key_file: dkim.pem}")
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "thanks", "--all", "--yes")
        assert firm.run("send", "thanks", "--yes", "--json").json["sent"] == MAILS
        taken = list(server.accepted)
    assert len(taken) == MAILS
    for each in taken:
        message = message_from_bytes(each.content, policy=SMTP)
        (address,) = each.rcpt_to
        number = int(address.removeprefix("client").partition("@")[0])
        assert message["Subject"] == f"Thank you, Bob{number}"
        words = message.get_body(("plain",)).get_content()
        assert f"thank you for {100 + number}." in words
        assert words.count("It was a long year.") == number % 3
    assert len({message_from_bytes(each.content)["Message-ID"] for each in taken}) == MAILS
    for each in taken[:: MAILS // 10]:
        assert dkim.verify(each.content, dnsfunc=lambda *_, **__: key.record.encode())
