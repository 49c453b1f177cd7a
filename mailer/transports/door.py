"""The way in: yagmail connects and logs in over a verified TLS context; what goes out is a line ready for use.

Nothing else of yagmail is used: its `send` repeats mails whose fate is unknown.
"""

from __future__ import annotations

import binascii
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yagmail

from mailer.config.kinds import host_and_port, is_loopback
from mailer.config.models import Account
from mailer.errors import ConfigError
from mailer.model import Phase
from mailer.refusals import account_refusal
from mailer.tls import verifying
from mailer.transports import DoorError
from mailer.transports.line import Line
from mailer.transports.offers import Offers
from mailer.transports.replies import Reply
from mailer.xoauth2 import Bearer

#: Sent in EHLO: an address literal names no machine of the user and needs no look-up.
_OUR_NAME = "[127.0.0.1]"


@dataclass(frozen=True, slots=True)
class Door:
    """Where an account's server stands and how to get in; the password is given, never looked for."""

    host: str
    port: int
    security: str
    username: str
    password: str | Bearer | None
    #: None on a line that is not encrypted.
    context: ssl.SSLContext | None
    timeout: float

    @classmethod
    def of(cls, account: Account, password: str | Bearer | None, folder: Path, timeout: float) -> Door:
        """The door of an account; relative paths are meant from `folder`. Raises ConfigError."""
        host, port = host_and_port(account.server)
        if account.security == "none" and not is_loopback(account.server):
            raise ConfigError(
                f"`security: none` would show every mail to everybody between here and {host}.",
                cure="Write `security: tls` or `security: starttls`.",
            )
        if account.username and password is None:
            raise DoorError(
                f"There is no password for {account.username} at {host}.",
                cure="Store it with `mailer accounts login`.",
                phase=Phase.LOGIN,
            )
        ca_file = folder / account.ca_file if account.ca_file else None
        context = None if account.security == "none" else verifying(ca_file)
        return cls(host, port, account.security, account.username, password, context, timeout)

    def open(self) -> tuple[Line, Offers]:
        """Connect and log in, waiting for it; a refused token is renewed once. Raises DoorError."""
        try:
            return self._open()
        except DoorError as error:
            token = self.password
            if error.receipt.phase is Phase.LOGIN and isinstance(token, Bearer) and token.renew():
                return self._open()
            raise

    def _open(self) -> tuple[Line, Offers]:
        client = _Client(
            user={self.username: self.username} if self.username else None,
            password=self.password,
            host=self.host,
            port=self.port,
            smtp_ssl=self.security == "tls",
            smtp_starttls={"context": self.context} if self.security == "starttls" else False,
            smtp_skip_login=not self.username,
            soft_email_validation=False,
            timeout=self.timeout,
            local_hostname=_OUR_NAME,
            **({"context": self.context} if self.security == "tls" else {}),
        )
        try:
            with _translated(self):
                client.login()
                client.smtp.ehlo_or_helo_if_needed()
                return _taken_over(client.smtp)
        finally:
            client.is_closed = True  # or yagmail would say QUIT when it is collected
            if client.smtp is not None:
                client.smtp.close()

    @property
    def place(self) -> str:
        """Host and port, as the config has them."""
        return f"{self.host}:{self.port}"


class _Utf8(str):
    """A word that smtplib, which wants ASCII, puts on the line as UTF-8 (RFC 4616)."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode("utf-8" if encoding == "ascii" else encoding, errors)


class _OneTry(smtplib.SMTP):
    """Logs in once: smtplib would repeat a refused password by every method, and repeats lock accounts."""

    def login(self, user: str, password: str | Bearer, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        """Log in by the first method that both sides know, or with a token."""
        self.ehlo_or_helo_if_needed()
        offered = self.esmtp_features.get("auth", "").split()
        if isinstance(password, Bearer):
            return self._show(user, password, offered)
        method = next((each for each in ("PLAIN", "LOGIN", "CRAM-MD5") if each in offered), None)
        if method is None:
            raise smtplib.SMTPNotSupportedError
        self.esmtp_features["auth"] = method
        return super().login(user, _Utf8(password), initial_response_ok=initial_response_ok)

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        """Say what a method says, as UTF-8 where it is not ASCII; a challenge that is no Base64 is a refusal."""

        def answer(*challenge: bytes) -> str | None:
            said = authobject(*challenge)
            return None if said is None else _Utf8(said)

        try:
            return super().auth(mechanism, answer, initial_response_ok=initial_response_ok)  # type: ignore[arg-type]
        except binascii.Error as error:
            raise smtplib.SMTPAuthenticationError(334, b"a challenge that cannot be read") from error

    def _show(self, user: str, token: Bearer, offered: list[str]) -> tuple[int, bytes]:
        """Log in with a token: a refusal comes as a challenge, wants an empty answer, and only 235 is a yes."""
        if "XOAUTH2" not in offered:
            raise smtplib.SMTPNotSupportedError

        def answer(challenge: bytes | None = None) -> str:
            return token.answer(user) if challenge is None else token.answer_challenge(challenge)

        code, said = self.auth("XOAUTH2", answer)
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, said)
        return code, said


class _OneTryTls(_OneTry, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Client(yagmail.SMTP):  # type: ignore[misc]  # yagmail has no types
    """yagmail with one try."""

    @property
    def connection(self) -> type[smtplib.SMTP]:
        return _OneTryTls if self.ssl else _OneTry


def _taken_over(smtp: smtplib.SMTP) -> tuple[Line, Offers]:
    sock, smtp.sock = smtp.sock, None
    assert sock is not None
    return Line(sock), Offers.of(smtp.esmtp_features)


@contextmanager
def _translated(door: Door) -> Iterator[None]:
    """What smtplib, ssl and the system raise → one sentence and its cure."""
    try:
        yield
    except smtplib.SMTPException as error:
        raise _in_conversation(door, error) from error
    except ssl.SSLError as error:
        raise _in_handshake(door, error) from error
    except OSError as error:
        raise _on_the_way(door, error) from error


def _in_conversation(door: Door, error: smtplib.SMTPException) -> DoorError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _refused_login(door, _reply(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(door, _reply(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _not_offered(door)
    return DoorError(
        f"{door.place} cut the line before we were in.", cure="Check `server`, its port and `security`, then try again."
    )


def _in_handshake(door: Door, error: ssl.SSLError) -> DoorError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return DoorError(
            f"The certificate of {door.place} cannot be trusted: {error.verify_message.rstrip('.')}.",
            cure="Check `server`; for a server of your own with its own authority set `ca_file`.",
        )
    return DoorError(
        f"{door.place} does not speak TLS as expected.",
        cure="Port 465 wants `security: tls`, port 587 `security: starttls`.",
    )


def _on_the_way(door: Door, error: OSError) -> DoorError:
    if isinstance(error, socket.gaierror):
        return DoorError(f"The mail server {door.host} was not found.", cure="Check `server` and the connection.")
    if isinstance(error, TimeoutError):
        return DoorError(
            f"{door.place} did not answer within {door.timeout:g} seconds.",
            cure="Check `server` and its port; some networks close mail ports.",
        )
    return DoorError(
        f"{door.place} cannot be reached: {error.strerror or error}.",
        cure="Check `server` and its port, then try again.",
    )


def _reply(error: smtplib.SMTPResponseException) -> Reply:
    text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
    return Reply(error.smtp_code, tuple(text.split(b"\n")))


def _refused_login(door: Door, reply: Reply) -> DoorError:
    enhanced, text = reply.words
    refusal = account_refusal(Phase.LOGIN, reply.code, enhanced)
    return DoorError(
        f"{door.host} refused the login of {door.username}: {reply.code} {enhanced} {text}".strip(),
        cure=refusal.advice if refusal else "Try again later.",
        phase=Phase.LOGIN,
        reply=reply,
    )


def _refused(door: Door, reply: Reply) -> DoorError:
    enhanced, text = reply.words
    refusal = account_refusal(Phase.CONNECT, reply.code, enhanced)
    said = f"{reply.code} {enhanced} {text}".strip() if reply.code > 0 else "its greeting is not SMTP"
    return DoorError(
        f"{door.place} does not let us in: {said}",
        cure=refusal.advice if refusal else "Check `server` and its port, or try again later.",
        reply=reply if reply.code > 0 else None,
    )


def _not_offered(door: Door) -> DoorError:
    if door.security == "starttls":
        return DoorError(
            f"{door.place} does not offer a secure line (STARTTLS), or not to us.",
            cure="Nothing was sent, the password neither. Try `security: tls` with port 465, or another network.",
        )
    return DoorError(
        f"{door.place} offers no login that we know.",
        cure="Remove `username` if it wants none.",
        phase=Phase.LOGIN,
    )
