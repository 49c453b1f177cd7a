"""A signed message is believed by an independent verifier, and by nobody once a word of it changed."""

from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailer.compose import compose
from mailer.compose.signing import Signer
from mailer.errors import ConfigError
from mailer.model import Delivery, Status
from mailer.workspace.finishing import domain_of
from tests.factories import draft


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


#: A verifier refuses what was signed in the future.
NOW = datetime(2024, 11, 24, 9, 30, tzinfo=UTC)
KEYS = {
    "rsa": pem(rsa.generate_private_key(65537, 2048)),
    "ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
}


@pytest.fixture(params=sorted(KEYS))
def signer(request):
    return Signer.of("harbourvale.example", "mailer", KEYS[request.param])


def message(**changes):
    delivery = Delivery(1, draft(**changes), Status.QUEUED, "<0123@harbourvale.example>", NOW)
    return compose(delivery, attachments={}, date=NOW)


def is_believed(content, signer):
    def txt(name, timeout=5):
        return signer.record.encode() if name == b"mailer._domainkey.harbourvale.example." else None

    return dkim.verify(content, dnsfunc=txt)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"subject": "Grüße   an  Jörg " * 20, "text": "Liebe Grüße \t \n\n\n\n"},
        {"text": "", "html": ""},
        {"text": "one\n\n  two  \n.\n..\n" * 300, "cc": ("Carol <carol@client.example>",), "kind": "marketing"},
    ],
    ids=["plain", "folded and blank", "empty", "long"],
)
def test_a_signed_message_is_believed(signer, changes):
    assert is_believed(signer.sign(message(**changes), NOW).content, signer)


def test_a_message_is_otherwise_left_as_it_was(signer):
    before = message()
    after = signer.sign(before, NOW)
    assert after.content.endswith(before.content)
    assert (after.rcpt_to, after.message_id) == (before.rcpt_to, before.message_id)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [(b"thank you.", b"thank you!"), (b"Subject: Thank", b"Subject: Spank"), (b"To: Bob", b"To: Eve")],
)
def test_a_changed_message_is_not_believed(signer, was, becomes):
    content = signer.sign(message(), NOW).content
    assert was in content
    assert not is_believed(content.replace(was, becomes, 1), signer)


def test_a_second_from_is_not_believed(signer):
    assert not is_believed(b"From: eve@elsewhere.example\r\n" + signer.sign(message(), NOW).content, signer)


def test_spaces_that_servers_change_on_the_way_do_no_harm(signer):
    content = signer.sign(message(), NOW).content
    assert is_believed(content.replace(b"Subject: ", b"Subject:   ").rstrip(b"\r\n") + b"\r\n\r\n\r\n", signer)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(rsa.generate_private_key(65537, 512 * 2 - 0))[:200],
    ],
)
def test_what_is_no_key_for_dkim_is_refused_in_plain_words(content):
    with pytest.raises(ConfigError, match="DKIM key of harbourvale"):
        Signer.of("harbourvale.example", "mailer", content)


def test_the_time_of_signing_is_the_date_of_the_message(signer):
    date = datetime(2024, 12, 1, tzinfo=UTC)
    assert f"t={int(date.timestamp())}".encode() in signer.sign(message(), date).content


def test_an_international_domain_signs_as_the_mail_names_it():
    sender = "Jürgen <juergen@bücher.example>"
    signed = Signer.of(domain_of(sender), "mailer", KEYS["ed25519"]).sign(message(from_=sender), NOW).content
    assert b"<juergen@xn--bcher-kva.example>" in signed
    assert b"d=xn--bcher-kva.example" in signed
