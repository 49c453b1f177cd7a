"""A loopback sign-in provider, and the mail servers that believe its tokens: for tests of signing in."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import secrets
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from mailer.config import SignIn

SCOPE = "https://mail.example/all"


class Provider(ThreadingHTTPServer):
    """Gives codes, tokens and fresh tokens; what it is asked can be seen, what it answers can be changed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        #: Tokens that mail servers believe.
        self.valid: set[str] = set()
        self.challenges: dict[str, str] = {}
        self.granted_scope = SCOPE
        self.is_withdrawn = False
        #: What renews each token that is given.
        self.renewed_by: Iterator[str] = itertools.repeat("refresh-me")
        self.lasts = 3600
        self.refreshes = 0
        self.polls_until_typed = 2
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def sign_in(self, **changes: str) -> SignIn:
        """How an account's config names it."""
        urls = {"authorize_url": f"{self.url}/authorize", "token_url": f"{self.url}/token"}
        given = {"provider": "other", "client_id": "mailer-test", "scope": SCOPE, "device_url": f"{self.url}/device"}
        return SignIn.model_validate(given | urls | changes)

    def token(self) -> dict[str, object]:
        """A new token, believed from now on."""
        access = secrets.token_hex(8)
        self.valid.add(access)
        return {
            "access_token": access,
            "refresh_token": next(self.renewed_by),
            "token_type": "Bearer",
            "expires_in": self.lasts,
            "scope": self.granted_scope,
        }

    def grant(self, form: dict[str, str]) -> dict[str, object]:
        """Answer a request for a token."""
        self.asked.append(form)
        match form.get("grant_type"):
            case "authorization_code":
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                return self.token() if self.challenges.pop(form["code"], "") == proof else {"error": "invalid_grant"}
            case "refresh_token":
                self.refreshes += 1
                return (
                    {"error": "invalid_grant", "error_description": "withdrawn"} if self.is_withdrawn else self.token()
                )
        self.polls_until_typed -= 1
        return {"error": "authorization_pending"} if self.polls_until_typed > 0 else self.token()


class _Page(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        code = secrets.token_hex(4)
        self.server.challenges[code] = query["code_challenge"]
        self.server.asked.append(query)
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        self.end_headers()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(content).items()}
        if self.path == "/device":
            said = {"device_code": "d", "user_code": "ABCD", "verification_uri": "https://x.example", "interval": 1}
        else:
            said = self.server.grant(form)
        self.send_response(400 if "error" in said else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        pass


class _Smtp(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 mail.example")
        for raw in self.rfile:
            line = raw.decode().strip()
            verb = line.partition(" ")[0].upper()
            if verb == "EHLO":
                self.say("250-mail.example\r\n250 AUTH XOAUTH2 PLAIN")
            elif verb == "AUTH":
                self.authenticate(line.split()[-1])
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def authenticate(self, shown: str) -> None:
        if is_believed(shown, self.server.provider):
            self.say("235 2.7.0 welcome")
            return
        self.say("334 " + base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode())
        answer = self.rfile.readline()
        self.say("535 5.7.8 token refused" if answer == b"\r\n" else "500 that was no empty line")


class _Imap(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready")
        for raw in self.rfile:
            tag, _, rest = raw.decode().strip().partition(" ")
            if rest.startswith("CAPABILITY"):
                self.say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
                self.say(f"{tag} OK done")
            elif rest.startswith("AUTHENTICATE"):
                self.authenticate(tag)
            elif rest.startswith("LOGOUT"):
                self.say("* BYE")
                self.say(f"{tag} OK done")
                return

    def authenticate(self, tag: str) -> None:
        self.say("+ ")
        if is_believed(self.rfile.readline().decode().strip(), self.server.provider):
            self.say(f"{tag} OK welcome")
            return
        self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
        answer = self.rfile.readline()
        self.say(f"{tag} NO [AUTHENTICATIONFAILED] refused" if answer == b"\r\n" else f"{tag} BAD no empty line")


def is_believed(shown: str, provider: Provider) -> bool:
    user, token, *_ = base64.b64decode(shown).decode().split("\1")
    return user == "user=ada" and token.removeprefix("auth=Bearer ") in provider.valid


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def running(server: socketserver.BaseServer):
    """Let a server answer until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def mail_server(kind: str, provider: Provider):
    """A mail server ("smtp" or "imap") that believes the provider's tokens; gives its port."""
    server = _Server(("127.0.0.1", 0), {"smtp": _Smtp, "imap": _Imap}[kind])
    server.provider = provider
    with running(server):
        yield server.server_address[1]
