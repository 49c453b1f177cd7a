"""Tokens as values: kept as JSON in the keyring in place of a password, renewed at the provider."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from mailer.config import SignIn
from mailer.errors import ServerError
from mailer.oauth.endpoints import endpoints_of

#: Seconds that a provider may take to answer.
TIMEOUT = 30
#: A token that ends this soon is renewed before it is used.
_MARGIN = 60
#: Seconds that a token is good for where the provider does not say.
_LASTS = 300
_KEYRING_LIMIT = 1200
_ONLINE = "Check the connection to the internet, then try again."
_AGAIN = "Sign in again with `mailer accounts login`."


@dataclass(frozen=True, slots=True)
class Token:
    """What the provider gave; never printed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False, default="")
    #: Seconds since 1970, as providers count.
    expires_at: int = 0

    def is_fresh(self, now: datetime) -> bool:
        """Whether it can still be used for a moment."""
        return now.timestamp() + _MARGIN < self.expires_at

    def to_json(self) -> str:
        """Write it for the keyring; of a long one only what fetches the next, since Windows keeps 2,560 bytes."""
        whole = json.dumps({"access": self.access, "refresh": self.refresh, "expires_at": self.expires_at})
        if len(whole) <= _KEYRING_LIMIT or not self.refresh:
            return whole
        return json.dumps({"access": "", "refresh": self.refresh, "expires_at": 0})

    @classmethod
    def from_json(cls, text: str) -> Token:
        """Read it from the keyring; raises ServerError where that holds a password instead."""
        try:
            said = json.loads(text)
            return cls(str(said["access"]), str(said["refresh"]), int(said["expires_at"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ServerError("The keyring holds no sign-in for this account.", cure=_AGAIN) from error


def session_of(sign_in: SignIn, **options: Any) -> OAuth2Session:
    """The client that speaks to the provider in the firm's name."""
    return OAuth2Session(
        sign_in.client_id, _secret(sign_in), scope=endpoints_of(sign_in).scope,
        token_endpoint_auth_method="client_secret_post" if sign_in.client_secret else "none", **options,
    )  # fmt: skip


def _secret(sign_in: SignIn) -> str | None:
    if not sign_in.client_secret:
        return None
    variable = sign_in.client_secret.partition(":")[2]
    if not os.environ.get(variable):
        raise ServerError(f"The environment variable {variable} is not set; `client_secret` is to be found there.")
    return os.environ[variable]


def renew(sign_in: SignIn, token: Token, *, now: datetime) -> Token:
    """Ask the provider for a fresh token; raises ServerError where the consent was withdrawn or has ended."""
    if not token.refresh:
        raise ServerError("The sign-in has ended, and the provider gave nothing to renew it with.", cure=_AGAIN)
    with session_of(sign_in) as session, translated():
        fresh = session.refresh_token(endpoints_of(sign_in).token, refresh_token=token.refresh, timeout=TIMEOUT)
    return token_from(fresh, sign_in, now=now, earlier=token)


def token_from(given: Mapping[str, Any], sign_in: SignIn, *, now: datetime, earlier: Token | None = None) -> Token:
    """Take a provider's answer of `now`; raises ServerError where a permission that we need is missing."""
    granted = str(given.get("scope") or "").split()
    wanted = [each for each in endpoints_of(sign_in).scope.split() if each != "offline_access"]
    missing = [each for each in wanted if granted and each not in granted]
    if missing:
        raise ServerError(
            f"The sign-in does not permit what is needed: {', '.join(missing)}.",
            cure="Sign in again and tick every box; the firm's program must have these permissions at the provider.",
        )
    lasts = float(given.get("expires_in") or _LASTS)
    kept = earlier.refresh if earlier else ""
    return Token(str(given["access_token"]), str(given.get("refresh_token") or kept), int(now.timestamp() + lasts))


@contextmanager
def translated() -> Iterator[None]:
    """Say what Authlib and the network raise in one sentence."""
    try:
        yield
    except AuthlibBaseError as error:
        said = error.description or error.error or "no reason given"
        raise ServerError(f"The provider refuses the sign-in: {said}", cure=_AGAIN) from error
    except requests.ConnectionError as error:
        host = urlsplit(str(error.request.url)).netloc if error.request else "its server"
        raise ServerError(f"The provider cannot be reached: no line to {host}.", cure=_ONLINE) from error
    except (requests.RequestException, ValueError) as error:
        raise ServerError(f"The provider cannot be reached: {error}", cure="Try again later.") from error
