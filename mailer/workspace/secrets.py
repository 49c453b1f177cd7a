"""What opens an account: a password as it was found, or a token of its sign-in, made fresh when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from mailer.config import Account, SignIn
from mailer.transports.passwords import find_password, keep_password
from mailer.xoauth2 import Bearer

if TYPE_CHECKING:
    from mailer.oauth import Token


def secret_of(name: str, account: Account, now: Callable[[], datetime]) -> str | Bearer | None:
    """Find what logs this account in; None where its server asks for nothing. Raises ServerError."""
    if not account.username or account.outbox:
        return None
    found = find_password(name, account)
    return _bearer(account, account.sign_in, found, now) if account.sign_in else found


def _bearer(account: Account, sign_in: SignIn, kept: str, now: Callable[[], datetime]) -> Bearer:
    from mailer.oauth import Token, renew

    token = Token.from_json(kept)

    def fresh() -> str:
        nonlocal token  # what renews a token may be good for one time only
        token = renew(sign_in, token, now=now())
        keep(account, token)
        return token.access

    if token.is_fresh(now()):
        return Bearer(token.access, fresh)
    return Bearer(fresh(), fresh)


def keep(account: Account, token: Token) -> None:
    """Keep a token where passwords are kept; one whose place only a person fills stays as it is there."""
    if account.password == "keyring":  # noqa: S105 - a place, not a password
        keep_password(account, token.to_json())
