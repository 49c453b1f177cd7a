"""A person's consent: in the browser of this machine (RFC 8252, PKCE), or with a code elsewhere (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from mailer.config import SignIn
from mailer.errors import ServerError
from mailer.oauth.endpoints import endpoints_of
from mailer.oauth.tokens import TIMEOUT, Token, session_of, token_from, translated

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_THANKS = "<!doctype html><meta charset=utf-8><title>mailer</title><p>Thank you. You can close this page."
#: How many requests the waiting page answers before it gives up: browsers also ask for icons.
_REQUESTS = 20


class _Waiting(HTTPServer):
    """Listens on loopback for the browser to come back."""

    came_back = ""


class _Answer(BaseHTTPRequestHandler):
    server: _Waiting
    #: Seconds to wait for a request's words: browsers open connections ahead and leave them silent.
    timeout = 1

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "code" in query or "error" in query:
            self.server.came_back = self.path
        self.send_response(200 if self.server.came_back else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(_THANKS.encode() if self.server.came_back else b"")

    def log_message(self, *_: object) -> None:
        """Say nothing: the address holds the code."""


def sign_in_with_browser(
    sign_in: SignIn,
    username: str,
    open_page: Callable[[str], object],
    *,
    now: Callable[[], datetime],
    timeout: float = 300,
) -> Token:
    """Lead a person through the provider's page; `open_page` shows it. Raises ServerError."""
    with _Waiting(("127.0.0.1", 0), _Answer) as waiting:
        redirect = f"http://127.0.0.1:{waiting.server_port}/"
        verifier = generate_token(64)
        with session_of(sign_in, redirect_uri=redirect, code_challenge_method="S256") as session, translated():
            address, state = session.create_authorization_url(
                endpoints_of(sign_in).authorize,
                code_verifier=verifier,
                login_hint=username,
                access_type="offline",
                prompt="consent",
            )
            open_page(address)
            came_back = redirect + _wait(waiting, timeout).lstrip("/")
            given = session.fetch_token(
                endpoints_of(sign_in).token,
                authorization_response=came_back,
                state=state,
                code_verifier=verifier,
                timeout=TIMEOUT,
            )
    return token_from(given, sign_in, now=now())


def _wait(waiting: _Waiting, timeout: float) -> str:
    waiting.timeout = timeout
    for _ in range(_REQUESTS):
        waiting.handle_request()
        if waiting.came_back:
            return waiting.came_back
    raise ServerError("Nobody finished the sign-in page in time.", cure="Try again with `mailer accounts login`.")


def sign_in_by_code(
    sign_in: SignIn, tell: Callable[[str], object], wait: Callable[[float], object], *, now: Callable[[], datetime]
) -> Token:
    """Let a person type a code on another machine; `tell` shows it, `wait` lets seconds pass. Raises ServerError."""
    addresses = endpoints_of(sign_in)
    if not addresses.device:
        raise ServerError(
            "This provider has no sign-in by code for mail.", cure="Sign in on a machine that has a browser."
        )
    with session_of(sign_in) as session, translated():
        asked = session.post(
            addresses.device,
            data={"client_id": sign_in.client_id, "scope": addresses.scope},
            withhold_token=True,
            timeout=TIMEOUT,
        )
        asked.raise_for_status()
        said = asked.json()
        tell(f"Open {said.get('verification_uri') or said.get('verification_url')} and type {said['user_code']}")
        return token_from(_poll(sign_in, session, said, wait), sign_in, now=now())


def _poll(
    sign_in: SignIn, session: OAuth2Session, said: Mapping[str, Any], wait: Callable[[float], object]
) -> Mapping[str, Any]:
    """Ask until the person has typed the code, as often as the provider allows."""
    pause, left = float(str(said.get("interval", 5))), float(str(said.get("expires_in", 900)))
    while left > 0:
        wait(pause)
        left -= max(pause, 1.0)
        form = {"grant_type": _GRANT, "device_code": said["device_code"], "client_id": sign_in.client_id}
        answer = session.post(endpoints_of(sign_in).token, data=form, withhold_token=True, timeout=TIMEOUT)
        given: dict[str, Any] = answer.json()
        if "access_token" in given:
            return given
        if given.get("error") == "slow_down":
            pause += 5
        elif given.get("error") != "authorization_pending":
            raise ServerError(f"The provider refuses the sign-in: {given.get('error_description', given.get('error'))}")
    raise ServerError("Nobody typed the code in time.", cure="Try again with `mailer accounts login`.")
