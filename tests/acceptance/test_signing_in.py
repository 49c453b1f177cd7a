"""`mailer accounts login` leads through a real provider's page: a browser that follows, tokens in the keyring."""

import os
import subprocess
import sys

import pytest

from tests.provider import SCOPE, Provider, mail_server, running

BROWSER = f"""#!{sys.executable}
import os, sys, urllib.request
if os.fork() == 0:
    urllib.request.urlopen(sys.argv[1]).read()
"""
ACCOUNT = """server: 127.0.0.1:{port}
    security: none
    username: ada
    sign_in:
      provider: other
      client_id: mailer-test
      scope: {scope}
      authorize_url: {url}/authorize
      token_url: {url}/token
      device_url: {url}/device"""


@pytest.fixture
def provider():
    with running(Provider()) as server:
        yield server


@pytest.fixture
def signing(firm, provider, tmp_path, monkeypatch):
    """A firm whose account signs in at the provider, on a machine with a browser and a keyring."""
    browser = tmp_path / "browser"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with mail_server("smtp", provider) as port:
        firm.write_config(account=ACCOUNT.format(port=port, scope=SCOPE, url=provider.url))
        yield firm


def signed_in(firm, *options):
    ran = firm.run("accounts", "login", "ada", *options)
    assert "lets ada in; the sign-in is in the keyring" in ran.out
    return ran


def let_an_hour_pass(firm):
    """What the keyring holds has ended."""
    code = (
        "import json, keyring; at = ('mailer', 'ada at 127.0.0.1'); token = json.loads(keyring.get_password(*at));"
        "keyring.set_password(*at, json.dumps(token | {'expires_at': 0}))"
    )
    subprocess.run([sys.executable, "-c", code], env=firm.environment(), check=True)


def test_a_sign_in_in_the_browser_is_kept_and_used_without_asking_again(signing, provider):
    ran = signed_in(signing)
    assert "Sign in as ada on this page:" in ran.err
    assert "lets ada in" in signing.run("accounts", "test", "ada").out
    assert (provider.refreshes, [token in ran.out + ran.err for token in provider.valid]) == (0, [False])


def test_a_machine_without_a_browser_signs_in_by_a_code(signing, provider, monkeypatch):
    monkeypatch.setenv("BROWSER", os.devnull)
    assert "Open https://x.example and type ABCD" in signed_in(signing, "--code").err


def test_a_token_that_has_ended_is_renewed_and_the_fresh_one_is_kept(signing, provider):
    signed_in(signing)
    let_an_hour_pass(signing)
    signing.run("accounts", "test", "ada")
    signing.run("accounts", "test", "ada")
    assert provider.refreshes == 1


def test_a_consent_that_was_withdrawn_asks_to_sign_in_again(signing, provider):
    signed_in(signing)
    provider.valid.clear()
    provider.is_withdrawn = True
    told = signing.run("accounts", "test", "ada", code=69).err
    assert "refuses the sign-in: withdrawn" in told
    assert "mailer accounts login" in told
    assert provider.refreshes == 1


def test_a_permission_that_was_not_given_is_named_and_nothing_is_kept(signing, provider):
    provider.granted_scope = "https://mail.example/read"
    told = signing.run("accounts", "login", "ada", code=69).err
    assert f"does not permit what is needed: {SCOPE}" in told
    assert "The keyring has no password" in signing.run("accounts", "test", "ada", code=69).err
