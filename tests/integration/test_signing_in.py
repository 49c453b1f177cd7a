"""Signing in at a loopback provider gives tokens that mail servers believe; a refused one is renewed once."""

import socket
import threading
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mailer.config import Account, Mailbox
from mailer.errors import ServerError
from mailer.mailbox.imap import Mailbox as OpenMailbox
from mailer.oauth import Token, renew, sign_in_by_code, sign_in_with_browser
from mailer.transports.smtp import Smtp
from mailer.workspace.secrets import secret_of
from mailer.xoauth2 import Bearer
from tests.factories import NOW
from tests.provider import Provider, mail_server, running

LATER = NOW.timestamp() + 3000


@pytest.fixture
def provider():
    with running(Provider()) as server:
        yield server


def a_person(address):
    """Opens the page in a browser of its own, as a person would."""
    threading.Thread(target=lambda: urllib.request.urlopen(address).read()).start()


def signed_in(provider, **changes):
    return sign_in_with_browser(provider.sign_in(**changes), "ada", a_person, now=lambda: NOW, timeout=20)


def account(provider, **changes):
    given = {"username": "ada", "password": "env:TOKEN", "security": "none", "sign_in": provider.sign_in(), **changes}
    return Account.model_validate(given)


def secret(provider, monkeypatch, token):
    monkeypatch.setenv("TOKEN", token.to_json())
    return secret_of("ada", account(provider), lambda: NOW)


def test_a_person_in_the_browser_gives_a_token_with_proof_that_it_is_us(provider):
    token = signed_in(provider)
    assert (token.access in provider.valid, token.refresh, token.is_fresh(NOW)) == (True, "refresh-me", True)
    assert provider.asked[0]["code_challenge_method"] == "S256"
    assert provider.asked[0]["login_hint"] == "ada"


def test_a_connection_that_the_browser_opens_ahead_and_leaves_silent_keeps_nobody_waiting(provider):
    ahead = []

    def a_browser(address):
        back = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0])
        ahead.append(socket.create_connection((back.hostname, back.port)))
        a_person(address)

    token = sign_in_with_browser(provider.sign_in(), "ada", a_browser, now=lambda: NOW, timeout=20)
    ahead[0].close()
    assert token.access in provider.valid


def test_an_answer_with_another_state_is_not_believed(provider):
    def a_stranger(address):
        a_person(address.replace("state=", "state=forged"))

    with pytest.raises(ServerError, match="refuses the sign-in"):
        sign_in_with_browser(provider.sign_in(), "ada", a_stranger, now=lambda: NOW, timeout=20)


def test_a_page_that_nobody_finishes_is_given_up(provider):
    with pytest.raises(ServerError, match="Nobody finished"):
        sign_in_with_browser(provider.sign_in(), "ada", lambda _: None, now=lambda: NOW, timeout=0.001)


def test_a_code_typed_elsewhere_gives_a_token_too(provider):
    told, waited = [], []
    token = sign_in_by_code(provider.sign_in(), told.append, waited.append, now=lambda: NOW)
    assert token.access in provider.valid
    assert (told, waited) == (["Open https://x.example and type ABCD"], [1.0, 1.0])


def test_a_provider_without_codes_says_so(provider):
    with pytest.raises(ServerError, match="no sign-in by code"):
        sign_in_by_code(provider.sign_in(device_url=""), print, print, now=lambda: NOW)


def test_a_missing_permission_is_named(provider):
    provider.granted_scope = "https://mail.example/read"
    with pytest.raises(ServerError, match="does not permit"):
        signed_in(provider)


def test_a_withdrawn_consent_asks_to_sign_in_again(provider):
    provider.is_withdrawn = True
    with pytest.raises(ServerError, match="refuses the sign-in: withdrawn") as caught:
        renew(provider.sign_in(), Token("old", "refresh-me"), now=NOW)
    assert "mailer accounts login" in caught.value.cure


def test_a_provider_that_is_not_there_is_said_in_one_sentence(provider):
    gone = provider.sign_in(token_url="http://127.0.0.1:9/token")
    with pytest.raises(ServerError, match=r"cannot be reached: no line to 127\.0\.0\.1:\d+\.$"):
        renew(gone, Token("old", "refresh-me"), now=NOW)


def open_smtp(provider, found):
    with mail_server("smtp", provider) as port:
        transport = Smtp(account(provider, server=f"127.0.0.1:{port}"), found, folder=Path())
        try:
            transport.open()
        finally:
            transport.close()


def open_imap(provider, found):
    with mail_server("imap", provider) as port:
        place = Mailbox.model_validate({"server": f"127.0.0.1:{port}", "security": "none"})
        OpenMailbox.open(place, "ada", found, timeout=10).__exit__()


@pytest.fixture(params=[open_smtp, open_imap], ids=["smtp", "imap"])
def open_server(request):
    return request.param


def test_a_good_token_opens_the_server(provider, monkeypatch, open_server):
    open_server(provider, secret(provider, monkeypatch, signed_in(provider)))
    assert provider.refreshes == 0


def test_a_token_that_has_ended_is_renewed_before_it_is_used(provider, monkeypatch, open_server):
    open_server(provider, secret(provider, monkeypatch, Token("old", "refresh-me", int(NOW.timestamp()))))
    assert provider.refreshes == 1


def test_a_token_that_the_server_refuses_is_renewed_once(provider, monkeypatch, open_server):
    open_server(provider, secret(provider, monkeypatch, Token("revoked", "refresh-me", int(LATER))))
    assert provider.refreshes == 1


def test_what_renews_a_token_is_used_one_time_where_the_provider_gives_another(provider, monkeypatch, open_server):
    provider.renewed_by = iter(["first", "second"])
    found = secret(provider, monkeypatch, Token("old", "refresh-me", int(NOW.timestamp())))
    provider.valid.clear()
    open_server(provider, found)
    assert [form.get("refresh_token") for form in provider.asked] == ["refresh-me", "first"]


def test_a_server_that_refuses_fresh_tokens_too_is_not_asked_for_ever(provider, monkeypatch, open_server):
    found = secret(provider, monkeypatch, Token("revoked", "refresh-me", int(LATER)))
    provider.valid = _NeverIn()
    with pytest.raises(ServerError):
        open_server(provider, found)
    assert (provider.refreshes, found.complaint) == (1, "401")


class _NeverIn(set):
    def __contains__(self, _):
        return False


def test_a_token_is_renewed_for_a_refusal_one_time_in_all():
    fresh = iter(["second", "third"])
    bearer = Bearer("first", lambda: next(fresh))
    assert [bearer.renew(), bearer.renew()] == [True, False]
    assert "Bearer second" in bearer.answer("ada")


def test_a_password_where_a_sign_in_should_be_is_told(provider, monkeypatch):
    monkeypatch.setenv("TOKEN", "a password")
    with pytest.raises(ServerError, match="no sign-in"):
        secret_of("ada", account(provider), lambda: NOW)


def test_a_token_never_shows_itself():
    bearer = Bearer("very-secret", lambda: "other")
    assert "very-secret" not in repr(bearer) + repr(Token("very-secret", "very-secret"))


def test_a_long_token_is_kept_short_enough_for_every_keyring():
    kept = Token("x" * 3000, "refresh-me", 5).to_json()
    assert len(kept) < 2560
    assert Token.from_json(kept).refresh == "refresh-me"


@pytest.mark.parametrize("challenge", [b"", b"\xff", b"[]", b'{"status":"401"}'])
def test_any_challenge_is_answered_with_nothing(challenge):
    assert Bearer("t", lambda: "t").answer_challenge(challenge) == ""
