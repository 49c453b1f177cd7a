"""Where an account's password is found: the keyring, an environment variable, or a prompt on a terminal.

A password is never in config.yaml, never in a log, and never part of an error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass

from mailer.commands import command
from mailer.config import Account
from mailer.errors import ServerError

#: What the keyring's entries are filed under, so that a person finds them in its window.
_SERVICE = "mailer"
_OTHER_PLACES = "Write `password: env:NAME` in config.yaml and set that variable, or `password: prompt`."
_KEYRING_WORDS = {
    "NoKeyringError": ("This system has no keyring to keep passwords in.", _OTHER_PLACES),
    "KeyringLocked": ("The keyring is locked.", "Unlock it (log in to the desktop), then try again."),
}


def find_password(name: str, account: Account) -> str:
    """Find the password of this account; raises ServerError with how to give it one."""
    place, _, variable = account.password.partition(":")
    if place == "env":
        return _from_environment(name, variable)
    if place == "prompt":
        return _from_person(name, account)
    password = _from_keyring(account)
    if password is None:
        raise ServerError(
            f"The keyring has no password for account {name} ({_login(account)}).",
            cure=f"`{command('accounts', 'login', name)}` stores it.",
        )
    return password


def keep_password(account: Account, password: str) -> None:
    """Store the password in the system's keyring; raises ServerError where there is none."""
    with _keyring_words():
        import keyring

        keyring.set_password(_SERVICE, _login(account), password)


def forget_password(account: Account) -> bool:
    """Take the password out of the keyring again; False where none was kept."""
    with _keyring_words():
        import keyring

        if keyring.get_password(_SERVICE, _login(account)) is None:
            return False
        keyring.delete_password(_SERVICE, _login(account))
        return True


def check_keyring() -> None:
    """Raise ServerError, with the cure, where this system has no keyring: a Linux without a desktop often has none."""
    with _keyring_words():
        import keyring
        from keyring.backends import fail
        from keyring.errors import NoKeyringError

        if isinstance(keyring.get_keyring(), fail.Keyring):
            raise NoKeyringError


def _login(account: Account) -> str:
    """Name the entry by login and server: two accounts with the same login share their password."""
    return f"{account.username} at {account.server.rpartition(':')[0]}"


def _from_environment(name: str, variable: str) -> str:
    password = os.environ.get(variable, "")
    if not password:
        raise ServerError(
            f"The environment variable {variable} is not set; account {name} has its password there.",
            cure=f"Set {variable}, or write `password: keyring` and type `{command('accounts', 'login', name)}`.",
        )
    return password


def _from_person(name: str, account: Account) -> str:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ServerError(
            f"Account {name} asks for its password on a terminal, and there is none.",
            cure="Write `password: keyring` or `password: env:NAME` for use without a terminal.",
        )
    return getpass(f"Password of {account.username} (it is not shown): ", stream=sys.stderr)


def _from_keyring(account: Account) -> str | None:
    with _keyring_words():
        import keyring

        return keyring.get_password(_SERVICE, _login(account))


@contextmanager
def _keyring_words() -> Iterator[None]:
    """Translate what the keyring raises, at import too: its backends let through whatever lies beneath them."""
    try:
        yield
    except Exception as error:
        name = type(error).__name__
        what, cure = _KEYRING_WORDS.get(name, (f"The system's keyring does not work ({name}).", _OTHER_PLACES))
        raise ServerError(what, cure=cure) from error
