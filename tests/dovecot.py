"""A real IMAP server for tests: Dovecot on loopback ports, with a mailbox that tests fill by writing files."""

from __future__ import annotations

import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailer.config import Mailbox as Place
from mailer.mailbox.imap import Mailbox
from tests.factories import NOW

PROGRAM = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin")
PASSWORD = "secret"

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
mail_location = {location}
mail_max_userip_connections = 100
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = {uid}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Entwürfe {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
"""


class Dovecot:
    """A running server with an INBOX to `deliver` into, or one that is a file with many mails in it."""

    def __init__(self, mbox: bytes = b"") -> None:
        self.root = Path(tempfile.mkdtemp(prefix="mailer-imap-"))
        self.root.chmod(0o755)
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate, key = _certificate(self.root)
        mailman = _mailman()
        config = self.root / "dovecot.conf"
        values = {"uid": mailman.pw_uid, "gid": mailman.pw_gid, "root": self.root, "password": PASSWORD}
        ports = {"port": self.port, "tls_port": self.tls_port, "certificate": self.certificate, "key": key}
        location = f"mbox:{self.root}/mail:INBOX={self.root}/mail/inbox" if mbox else f"maildir:{self.root}/mail"
        text = _CONFIG.format(**values, **ports, location=location)
        if os.geteuid():
            text += f"default_internal_user = {mailman.pw_name}\ndefault_login_user = {mailman.pw_name}\n"
            text += f"default_internal_group = {os.getgid()}\n"
        config.write_text(text, encoding="utf-8")
        for name in ("mail", "mail/cur", "mail/new", "mail/tmp")[: 1 if mbox else None]:
            (self.root / name).mkdir()
        if mbox:
            (self.root / "mail" / "inbox").write_bytes(mbox)
        for path in [self.root / "mail", *(self.root / "mail").iterdir()]:
            _give(path, mailman)
        self._mailman = mailman
        self._number = 0
        assert PROGRAM
        self._process = subprocess.Popen([PROGRAM, "-F", "-c", str(config)], stderr=subprocess.PIPE)
        _wait_for(self.port)

    def deliver(self, *contents: bytes) -> None:
        """Put mails into INBOX, as a delivery would."""
        for content in contents:
            self._number += 1
            path = self.root / "mail" / "new" / f"{1_700_000_000 + self._number}.M{self._number}.test"
            path.write_bytes(content)
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
            _give(path, self._mailman)

    def renumber(self) -> None:
        """Give the folder a new UIDVALIDITY, as a restored or moved mailbox has."""
        (self.root / "mail" / "dovecot-uidlist").unlink()
        for index in (self.root / "mail").glob("dovecot.index*"):
            index.unlink()

    def empty(self) -> None:
        """Forget all mail."""
        for folder in (self.root / "mail").glob("**/cur"):
            for path in [*folder.iterdir(), *folder.with_name("new").iterdir()]:
                path.unlink()

    def place(self, **changes: object) -> Place:
        """How an account's config names it."""
        return Place.model_validate({"server": f"127.0.0.1:{self.port}", "security": "none"} | changes)

    def open(self) -> Mailbox:
        """Log in as Ada."""
        return Mailbox.open(self.place(), "ada", PASSWORD, timeout=20)

    def stop(self) -> None:
        """End it and remove its files."""
        self._process.terminate()
        self._process.wait(10)
        if self._process.stderr:
            self._process.stderr.close()
        shutil.rmtree(self.root, ignore_errors=True)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that is its own authority, and its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)  # noqa: TID251  what TLS itself goes by
    signed = (
        x509.CertificateBuilder(name, name, secret.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    key.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, key


def _mailman() -> pwd.struct_passwd:
    """Who owns the mail: never root, whom Dovecot refuses."""
    return pwd.getpwuid(os.geteuid()) if os.geteuid() else pwd.getpwnam("nobody")


def _give(path: Path, owner: pwd.struct_passwd) -> None:
    if not os.geteuid():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    """Connect until somebody answers: the kernel refuses at once, so this spins only while Dovecot starts."""
    for _ in range(100_000):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as line:
            if line.recv(4).startswith(b"* OK"):
                return
    raise AssertionError("Dovecot did not start")


def cutting_line(port: int, after: list[int]):
    """A way to `port` whose n-th connection is cut after `after[n]` bytes from the server; later ones are not."""
    rest = list(after)
    return _line(port, lambda server, client: _pump(server, client, rest.pop(0) if rest else None))


def changing_line(port: int, said: bytes, told: bytes):
    """A way to `port` on which other words stand for the server's: it says `said`, and we are told `told`."""
    return _line(port, lambda server, client: _pump(server, client, None, lambda content: content.replace(said, told)))


def refusing_line(port: int, marked: bytes, said: bytes):
    """A way to `port` on which a fetch of mails that hold the mark ends with `said`."""

    def changed(content: bytes) -> bytes:
        return content.replace(b"OK Fetch completed", b"NO " + said) if marked in content else content

    return _line(port, lambda server, client: _pump(server, client, None, changed))


@contextmanager
def _line(port: int, back: Callable[[socket.socket, socket.socket], None]):
    """A way to `port`; `back` brings what the server says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=_pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=back, args=(server, client), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _pump(
    source: socket.socket,
    target: socket.socket,
    limit: int | None,
    changed: Callable[[bytes], bytes] = lambda content: content,
) -> None:
    with suppress(OSError):
        while content := changed(source.recv(16 << 10)):
            target.sendall(content[:limit] if limit is not None else content)
            if limit is not None:
                limit -= len(content)
                if limit <= 0:
                    break
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()
