"""Real mail servers on loopback for tests: one that follows a script to the byte, and certificates for it.

with ScriptedServer(lambda turn: "550 5.1.1 nobody" if turn.is_at("rcpt", "bob@") else None) as server:
    ...
assert server.accepted == []
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Turn:
    """The server's turn to act: a phase, what the client said, and how far we are."""

    #: greeting, ehlo, starttls, auth, mail, rcpt, data, content (354 was said), dot (the mail is whole), rset, quit
    phase: str
    #: The client's line without its CRLF.
    line: str = ""
    #: From 1, in the order they came.
    connection: int = 1
    #: From 1, counted over all connections: the mail that MAIL began.
    mail: int = 0

    def is_at(self, phase: str, text: str = "") -> bool:
        return self.phase == phase and text in self.line


@dataclass(frozen=True)
class Cut:
    """Close the line: after saying something, or after so many bytes of the content; `hard` sends a reset."""

    say: str = ""
    after_bytes: int = 0
    hard: bool = False


@dataclass(frozen=True)
class Stall:
    """Say nothing more, and keep the line open until the server stops."""


@dataclass(frozen=True)
class Slowly:
    """Say it one byte at a time."""

    say: str
    seconds: float = 0.002


#: What to do at a turn; None is what a kind server would.
Action = str | Cut | Stall | Slowly | None
Script = Callable[[Turn], Action]


@dataclass(frozen=True)
class Taken:
    """A mail that the server took, told or not."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    #: As it came, dots undone, without the terminator.
    content: bytes
    connection: int


class _LineEndsError(Exception):
    """The session is over."""


EXTENSIONS = ("PIPELINING", "SIZE 35882577", "8BITMIME", "SMTPUTF8")


@dataclass
class ScriptedServer:
    """A mail server in a thread per connection; `with` starts and stops it."""

    script: Script = lambda turn: None
    extensions: tuple[str, ...] = EXTENSIONS
    #: TLS from the first byte.
    tls: ssl.SSLContext | None = None
    #: Offers STARTTLS.
    starttls: ssl.SSLContext | None = None
    #: The one login it knows; "" asks for none.
    username: str = ""
    password: str = ""
    accepted: list[Taken] = field(default_factory=list)
    #: (connection, line) as the client said it.
    lines: list[tuple[int, str]] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._lock, self._stopping, self._mails = threading.Lock(), threading.Event(), 0
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with socket.create_connection(self._listener.getsockname()):
            pass  # wakes the listening thread
        self._threads[0].join(10)
        self._listener.close()
        for sock in self._sockets:
            _shut(sock)
        for thread in self._threads[1:]:
            thread.join(10)

    @property
    def port(self) -> int:
        return self._port

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def said(self, command: str) -> list[str]:
        """The client's lines that begin so."""
        return [line for _, line in self.lines if line.upper().startswith(command.upper())]

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until the server has come to see something."""
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, "the server never saw it"
            self._stopping.wait(0.002)

    def _listen(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._stopping.is_set():
                sock.close()
                return
            self.connections += 1
            self._sockets.append(sock)
            session = _Session(self, sock, self.connections)
            thread = threading.Thread(target=session.run, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _next_mail(self) -> int:
        with self._lock:
            self._mails += 1
            return self._mails


class _Session:
    """One connection."""

    def __init__(self, server: ScriptedServer, sock: socket.socket, number: int) -> None:
        self.server, self.sock, self.number = server, sock, number
        self.mail, self.mail_from, self.rcpt_to = 0, "", list[str]()

    def run(self) -> None:
        try:
            if self.server.tls:
                self._secure(self.server.tls)
            self._read = self.sock.makefile("rb")
            self._act("greeting", "220 localhost ready")
            while line := self._line():
                self._obey(line)
        except (_LineEndsError, OSError, ValueError):
            pass
        finally:
            _shut(self.sock)

    def _secure(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.server._sockets.append(self.sock)

    def _line(self) -> str:
        line = self._read.readline().decode("utf-8", "replace").rstrip("\r\n")
        self.server.lines.append((self.number, line))
        return line

    def _obey(self, line: str) -> None:
        verb = line.split(" ", maxsplit=1)[0].split(":", maxsplit=1)[0].lower()
        getattr(self, f"_on_{verb}", self._on_unknown)(line)

    def _act(self, phase: str, usual: str, line: str = "") -> bool:
        """Do what the script says, else the usual; whether the answer was friendly."""
        action = self.server.script(Turn(phase, line, self.number, self.mail))
        if isinstance(action, Stall):
            self.server._stopping.wait()
            raise _LineEndsError
        if isinstance(action, Cut):
            self._say(action.say)
            self._cut(hard=action.hard)
        if isinstance(action, Slowly):
            for character in action.say + "\r\n":
                self.sock.sendall(character.encode())
                self.server._stopping.wait(action.seconds)
            return action.say[0] in "23"
        reply = action or usual
        self._say(reply)
        return reply[0] in "23"

    def _say(self, reply: str) -> None:
        if reply:
            self.sock.sendall(reply.encode("utf-8", "surrogateescape") + b"\r\n")

    def _cut(self, *, hard: bool = False) -> None:
        if hard:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._read.close()
            self.sock.close()
        raise _LineEndsError

    def _on_unknown(self, line: str) -> None:
        self._act("unknown", "500 5.5.2 what?", line)

    def _on_ehlo(self, line: str) -> None:
        keywords = [*self.server.extensions]
        if self.server.starttls and not isinstance(self.sock, ssl.SSLSocket):
            keywords.append("STARTTLS")
        if self.server.username:
            keywords.append("AUTH PLAIN LOGIN")
        keywords.append("HELP")
        lines = ["250-localhost", *(f"250-{word}" for word in keywords[:-1]), f"250 {keywords[-1]}"]
        self._act("ehlo", "\r\n".join(lines), line)

    def _on_starttls(self, line: str) -> None:
        if self._act("starttls", "220 go ahead", line) and self.server.starttls:
            self._secure(self.server.starttls)
            self._read = self.sock.makefile("rb")

    def _on_auth(self, line: str) -> None:
        secret = f"\0{self.server.username}\0{self.server.password}".encode()
        is_right = line == "AUTH PLAIN " + base64.b64encode(secret).decode()
        self._act("auth", "235 2.7.0 welcome" if is_right else "535 5.7.8 username and password not accepted", line)

    def _on_mail(self, line: str) -> None:
        self.mail = self.server._next_mail()
        if self.mail_from:
            self._say("503 5.5.1 nested MAIL")
        elif self._act("mail", "250 2.1.0 ok", line):
            self.mail_from, self.rcpt_to = line.partition("<")[2].partition(">")[0] or "<>", []

    def _on_rcpt(self, line: str) -> None:
        if not self.mail_from:
            self._say("503 5.5.1 MAIL first")
        elif self._act("rcpt", "250 2.1.5 ok", line):
            self.rcpt_to.append(line.partition("<")[2].partition(">")[0])

    def _on_data(self, line: str) -> None:
        if not self.rcpt_to and self.server.script(Turn("data", line, self.number, self.mail)) is None:
            self._say("554 5.5.1 no valid recipients")
        elif self._act("data", "354 go ahead", line):
            self._take()

    def _take(self) -> None:
        action = self.server.script(Turn("content", "", self.number, self.mail))
        if isinstance(action, Cut):
            self._read.read(action.after_bytes)
            self._say(action.say)
            self._cut(hard=action.hard)
        elif isinstance(action, Stall):
            self.server._stopping.wait()
            raise _LineEndsError
        content = self._content()
        taken = Taken(self.mail_from, tuple(self.rcpt_to), content, self.number)
        self.mail_from, self.rcpt_to = "", []
        verdict = self.server.script(Turn("dot", "", self.number, self.mail))
        if taken.rcpt_to and (not isinstance(verdict, str) or verdict[0] == "2"):
            self.server.accepted.append(taken)
        self._act("dot", "250 2.0.0 taken" if taken.rcpt_to else "554 5.5.1 no valid recipients")

    def _content(self) -> bytes:
        lines = []
        while (line := self._read.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise _LineEndsError
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _on_rset(self, line: str) -> None:
        self.mail_from, self.rcpt_to = "", []
        self._act("rset", "250 2.0.0 forgotten", line)

    def _on_noop(self, line: str) -> None:
        self._act("noop", "250 2.0.0 ok", line)

    def _on_quit(self, line: str) -> None:
        self._act("quit", "221 2.0.0 bye", line)
        raise _LineEndsError


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


@dataclass(frozen=True)
class Certificates:
    """An authority of the test's own, and what it signed."""

    #: PEM of the authority, for `ca_file`.
    ca_file: Path
    #: For the server, with a certificate for the host asked for.
    context: ssl.SSLContext


def certificates(folder: Path, host: str = "localhost", *, days: int = 2) -> Certificates:
    """Make an authority and a server certificate for a host; negative days make one that has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Test Authority", key, "Test Authority", key, 2, is_authority=True)
    server_key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(host, server_key, "Test Authority", key, days)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    chain = folder / f"{host}.pem"
    secret = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Certificates(folder / "authority.pem", context)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: int,
    *,
    is_authority: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)  # noqa: TID251  what TLS itself goes by
    end = now + dt.timedelta(days=days)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name.replace(" ", "-"))]
    if name == "localhost":
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    identifier = x509.SubjectKeyIdentifier.from_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - dt.timedelta(days=1))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_key_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
