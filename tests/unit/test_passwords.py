"""Passwords come from the keyring, the environment, or a person; never from the config, never into an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailer.config import Account
from mailer.errors import ServerError
from mailer.transports import passwords

ROOT = Path(__file__).parents[2]
FILE_KEYRING = "keyrings.alt.file.PlaintextKeyring"


def account(password: str = "keyring", username: str = "ada@harbourvale.example") -> Account:
    return Account.model_validate(
        {"from": "ada@harbourvale.example", "server": "smtp.example:465", "username": username, "password": password}
    )


def in_a_process(code: str, **environment: str) -> str:
    """Run Python that uses `passwords`: a keyring's backend is chosen once in a process, by its environment."""
    setup = f"from tests.unit.test_passwords import account, passwords as p; a = account()\n{code}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", setup],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def refusal(name: str, of: Account) -> ServerError:
    with pytest.raises(ServerError) as raised:
        passwords.find_password(name, of)
    return raised.value


def test_a_kept_password_is_found_by_another_process_and_can_be_forgotten(tmp_path):
    keyring = {"PYTHON_KEYRING_BACKEND": FILE_KEYRING, "XDG_DATA_HOME": str(tmp_path)}
    in_a_process("p.keep_password(a, 'correct horse')", **keyring)
    assert in_a_process("print(p.find_password('ada', a))", **keyring) == "correct horse"
    assert in_a_process("print(p.forget_password(a), p.forget_password(a))", **keyring) == "True False"


def test_a_keyring_without_the_password_says_how_to_store_it(tmp_path):
    keyring = {"PYTHON_KEYRING_BACKEND": FILE_KEYRING, "XDG_DATA_HOME": str(tmp_path)}
    said = in_a_process("try: p.find_password('ada', a)\nexcept p.ServerError as e: print(e, e.cure)", **keyring)
    assert said == (
        "The keyring has no password for account ada (ada@harbourvale.example at smtp.example). "
        "`mailer accounts login ada` stores it."
    )


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("keyring.backends.fail.Keyring", "This system has no keyring to keep passwords in."),
        ("no.such.Backend", "The system's keyring does not work (ModuleNotFoundError)."),
    ],
)
def test_where_there_is_no_keyring_the_environment_is_the_cure(backend, said):
    code = "try: p.keep_password(a, 'correct horse')\nexcept p.ServerError as e: print(e, e.cure)"
    told = in_a_process(code, PYTHON_KEYRING_BACKEND=backend)
    assert told.startswith(said)
    assert "`password: env:NAME`" in told
    assert "correct horse" not in told


def test_a_password_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("ADA_PASSWORD", "correct horse")
    assert passwords.find_password("ada", account("env:ADA_PASSWORD")) == "correct horse"


def test_an_unset_variable_is_named(monkeypatch):
    monkeypatch.delenv("ADA_PASSWORD", raising=False)
    error = refusal("ada", account("env:ADA_PASSWORD"))
    assert str(error) == "The environment variable ADA_PASSWORD is not set; account ada has its password there."


def test_a_prompt_without_a_terminal_refuses_rather_than_waits():
    error = refusal("ada", account("prompt"))
    assert "asks for its password on a terminal, and there is none" in str(error)
    assert "env:NAME" in error.cure
