"""The way into a mailbox: imap-tools over verified TLS, read-only, a few mails at a time, in bounded memory.

Foreign errors become `ServerError`; a line that was cut becomes `LineCutError`, after which one may come again.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from imap_tools import BaseMailBox, MailBox, MailboxLoginError, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderStatusError, UnexpectedCommandStatusError

from mailer.config import Mailbox as Place
from mailer.config.kinds import host_and_port, is_loopback
from mailer.errors import ConfigError, ServerError
from mailer.mailbox.folders import find_folder
from mailer.tls import verifying
from mailer.xoauth2 import Bearer

#: Bytes of one mail that are fetched: what it says stands at its beginning, attachments behind.
FETCH_BYTES = 128 << 10
#: Mails fetched at once: with the above, five megabytes.
BATCH = 40
_TIMEOUT = 60.0
_UID = re.compile(rb"\bUID (\d+)")
#: The server will hand it out another time (RFC 5530 §3).
_NOT_NOW = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT)\b", re.IGNORECASE)


class LineCutError(ServerError):
    """The connection to the mailbox was lost."""


class RefusedError(ServerError):
    """The mailbox does not let us in."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a folder was read. Another validity means that its numbers start anew (RFC 3501 §2.3.1.1)."""

    uid_validity: int = 0
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail of a folder: its number there, and its beginning."""

    uid: int
    content: bytes
    #: What the server said instead, where it hands out others and not this one.
    refusal: str = ""


class Mailbox:
    """An open mailbox; use it in a `with` block."""

    def __init__(self, box: BaseMailBox, name: str) -> None:
        self._box = box
        #: Host and port, for messages.
        self.name = name

    @classmethod
    def open(
        cls,
        place: Place,
        username: str,
        secret: str | Bearer,
        *,
        ca_file: Path | None = None,
        timeout: float = _TIMEOUT,
    ) -> Self:
        """Connect and log in, with a password, or a token that is renewed once; ServerError says why not."""
        try:
            return cls._open(place, username, secret, ca_file, timeout)
        except RefusedError:
            if isinstance(secret, Bearer) and secret.renew():
                return cls._open(place, username, secret, ca_file, timeout)
            raise

    @classmethod
    def _open(cls, place: Place, username: str, secret: str | Bearer, ca_file: Path | None, timeout: float) -> Self:
        with _translated(place.server):
            box = _connect(place, ca_file, timeout)
            try:
                _log_in(box, username, secret)
            except BaseException:
                with suppress(Exception):
                    box.client.shutdown()
                raise
        return cls(box, place.server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # the work is done; a server that is gone needs no goodbye
            self._box.client.logout()
        with suppress(Exception):
            self._box.client.shutdown()

    def new_mail(self, folder: str, since: Position, first_day: date) -> Iterator[tuple[Position, list[Fetched]]]:
        """The beginnings of what came after `since`, in batches, each with the position that it reaches.

        A folder never read before, or numbered anew, is read from `first_day` on. Nothing is marked as read.
        """
        with _translated(self.name):
            status = self._box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
            self._box.folder.set(folder, readonly=True)
            validity, end = status["UIDVALIDITY"], status["UIDNEXT"] - 1
            uids = self._uids_after(since.last_uid, first_day, is_known=since.uid_validity == validity)
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            yield Position(validity, batch[-1]), self._fetch(batch)
        yield Position(validity, max([end, *uids[-1:]])), []

    def _uids_after(self, last_uid: int, first_day: date, *, is_known: bool) -> list[int]:
        """The numbers to read; `n:*` always gives the last mail too, even one that was read."""
        wanted = f"UID {last_uid + 1}:*" if is_known else f"SINCE {_imap_date(first_day)}"
        found = sorted(int(uid) for uid in self._box.uids(wanted))
        return [uid for uid in found if uid > last_uid] if is_known else found

    def _fetch(self, uids: list[int]) -> list[Fetched]:
        with _translated(self.name):
            try:
                return self._given(uids)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                if len(uids) == 1 or _NOT_NOW.search(str(error)):
                    raise
            return self._one_by_one(uids)

    def _given(self, uids: list[int]) -> list[Fetched]:
        wanted = f"(UID BODY.PEEK[]<0.{FETCH_BYTES}>)"
        kind, answers = self._box.client.uid("fetch", ",".join(map(str, uids)), wanted)
        if kind != "OK":  # some of them may be missing: these count as not read yet
            raise imaplib.IMAP4.error(answers[0].decode("utf-8", "replace"))
        given = {each.uid: each for each in _fetched(answers or [])}  # and what came before an earlier refusal
        return [given[uid] for uid in uids if uid in given]

    def _one_by_one(self, uids: list[int]) -> list[Fetched]:
        """Each by itself, so that one mail which the server cannot read does not bar the way to those behind it."""
        found: list[Fetched] = []
        refused: list[imaplib.IMAP4.error] = []
        for uid in uids:
            try:
                found += self._given([uid])
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                refused.append(error)
                found.append(Fetched(uid, b"", str(error)))
        if len(refused) == len(uids):
            raise refused[0]
        return found

    def has(self, folder: str, message_id: str) -> bool:
        """Whether the folder holds a mail with this Message-ID."""
        with _translated(self.name):
            if self._box.folder.get() != folder:
                self._box.folder.set(folder, readonly=True)
            return bool(self._uids_of(message_id))

    def has_like(self, folder: str, address: str, subject: str, since: date) -> bool:
        """Whether the folder holds a mail to this address with this subject, sent since that day."""
        start = re.split(r'[^ -~]|["\\\\]', subject)[0].strip()  # what a search can ask for without a charset
        with _translated(self.name):
            if self._box.folder.get() != folder:
                self._box.folder.set(folder, readonly=True)
            wanted = f'UNDELETED TO "{address}" SUBJECT "{start}" SENTSINCE {_imap_date(since)}'
            return bool(address.isascii() and start and self._box.uids(wanted))

    def _uids_of(self, message_id: str) -> list[str]:
        return self._box.uids(f'UNDELETED HEADER Message-ID "{message_id}"')

    def special_folder(self, use: str) -> str | None:
        r"""The folder for "Sent" or "Drafts": by its special use (RFC 6154), else by name in many languages."""
        with _translated(self.name):
            return find_folder(use, [(each.name, each.delim, each.flags) for each in self._box.folder.list()])

    def put(self, folder: str, message_id: str, content: bytes, at: datetime, *, is_draft: bool) -> None:
        """Put a mail into a folder, in place of an earlier one with the same Message-ID."""
        with _translated(self.name):
            self._box.folder.set(folder)
            earlier = self._uids_of(message_id)
            self._box.append(content, folder, dt=at, flag_set=["\\Draft", "\\Seen"] if is_draft else ["\\Seen"])
            self._remove(earlier)

    def move(self, folder: str, uids: list[int], into: str) -> None:
        """Move mails to another folder, which is made if it is not there."""
        with _translated(self.name):
            if not self._box.folder.exists(into):
                self._box.folder.create(into)
            self._box.folder.set(folder)
            for start in range(0, len(uids), BATCH):
                self._box.move([str(uid) for uid in uids[start : start + BATCH]], into)

    def _remove(self, uids: list[str]) -> None:
        """Remove these and nothing else: without UIDPLUS they stay, marked as deleted, for the owner to clear."""
        if not uids:
            return
        self._box.client.uid("STORE", ",".join(uids), "+FLAGS", r"(\Deleted)")
        _, capabilities = self._box.client.capability()  # others than before the login
        if b"UIDPLUS" in b" ".join(capabilities):
            self._box.client.uid("EXPUNGE", ",".join(uids))


def _fetched(answers: list[Any]) -> Iterator[Fetched]:
    """Take apart what imaplib gives: a pair for each mail, its number before the content or in what follows."""
    for answer, following in zip(answers, [*answers[1:], b""], strict=True):
        if isinstance(answer, tuple):
            after = following if isinstance(following, bytes) else b""
            if match := _UID.search(answer[0]) or _UID.search(after):
                yield Fetched(int(match[1]), answer[1])


def _imap_date(day: date) -> str:
    """12-Nov-2026, in English whatever the locale."""
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[day.month - 1]
    return f"{day.day}-{month}-{day.year}"


def _connect(place: Place, ca_file: Path | None, timeout: float) -> BaseMailBox:
    host, port = host_and_port(place.server)
    if place.security == "none":
        if not is_loopback(place.server):
            raise ConfigError(
                f"`security: none` would show the password to everybody between here and {host}.",
                cure="Write `security: tls` or `security: starttls`.",
            )
        return MailBoxUnencrypted(host, port, timeout)
    context = verifying(ca_file)
    if place.security == "starttls":
        return MailBoxStartTls(host, port, timeout, ssl_context=context)
    return MailBox(host, port, timeout, ssl_context=context)


def _log_in(box: BaseMailBox, username: str, secret: str | Bearer) -> None:
    if isinstance(secret, Bearer):
        _show(box, username, secret)
    elif (username + secret).isascii():
        box.login(username, secret, initial_folder=None)
    else:
        box.login_utf8(username, secret, initial_folder=None)


def _show(box: BaseMailBox, username: str, token: Bearer) -> None:
    """Log in with a token; a refusal comes as a second challenge and wants an empty answer."""

    def answer(challenge: bytes) -> bytes:
        return (token.answer_challenge(challenge) if challenge else token.answer(username)).encode()

    box.client.authenticate("XOAUTH2", answer)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise ServerError(
            f"The certificate of {name} cannot be trusted: {error.verify_message}. The password was not sent.",
            cure="Check the server's name; for a server of your own, give its authority as `ca_file`.",
        ) from error
    except MailboxLoginError as error:
        raise _refused(name, _words(error)) from error
    except (imaplib.IMAP4.abort, OSError) as error:
        raise LineCutError(
            f"The connection to the mailbox at {name} failed: {error}", cure="Try again later."
        ) from error
    except (ImapToolsError, imaplib.IMAP4.error, ValueError) as error:
        said = _words(error)
        if "AUTHENTICAT" in said.upper():
            raise _refused(name, said) from error
        is_folder = isinstance(error, MailboxFolderStatusError)
        cure = "Check the folders of this mailbox in config.yaml." if is_folder else "Try again later."
        raise ServerError(f"The mailbox at {name} answered: {said}", cure=cure) from error


def _words(error: Exception) -> str:
    """What the server said, without what the library puts around it."""
    if not isinstance(error, UnexpectedCommandStatusError):
        return str(error)
    status, said = error.command_result
    words = b" ".join(word for word in said if isinstance(word, bytes)).decode("utf-8", "replace")
    return f"{status} {words}".strip()


def _refused(name: str, said: str) -> RefusedError:
    return RefusedError(
        f"The mailbox at {name} refuses the login: {said[:200]}",
        cure="Store the password again with `mailer accounts login`; some providers want IMAP switched on first.",
    )
