"""A composed message and the firm's key → the message with its DKIM signature (RFC 6376, RFC 8463); pure.

For accounts whose server does not sign. Relaxed canonicalisation of both, since servers on the way fold and trim.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from mailer.errors import ConfigError
from mailer.model import Message

#: What a reader sees and what decides where it goes. From is named twice: a second one would void the signature.
_SIGNED = (
    *("from", "from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"),
    *("list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type", "content-transfer-encoding"),
)
_BLANKS = re.compile(rb"[ \t]+")
_SHORTEST = 1024


@dataclass(frozen=True, slots=True)
class Signer:
    """The firm's key for one domain, under one selector."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @classmethod
    def of(cls, domain: str, selector: str, pem: bytes) -> Signer:
        """Read a private key in PEM; raises ConfigError where it is none that DKIM knows."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            what = f"The DKIM key of {domain} is no private key in PEM form without a password."
            raise ConfigError(what, cure=_CURE) from error
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SHORTEST:
            return cls(domain, selector, key)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(domain, selector, key)
        raise ConfigError(f"The DKIM key of {domain} is neither RSA of 1024 bits or more nor ed25519.", cure=_CURE)

    @property
    def record(self) -> str:
        """The TXT record that belongs at `selector._domainkey.domain`."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"

    def sign(self, message: Message, date: datetime) -> Message:
        """The same message with a signature above its headers."""
        block, _, body = message.content.partition(b"\r\n\r\n")
        fields = _fields(block + b"\r\n")
        chosen = [name for name in _SIGNED if name in fields or name == "from"]
        header = self._header(chosen, body, date)
        signed = b"".join(fields[name] for name in dict.fromkeys(chosen)) + _relaxed(header).removesuffix(b"\r\n")
        value = base64.b64encode(self._signature(signed)).decode()
        folded = "".join(f"\r\n {value[at : at + 72]}" for at in range(0, len(value), 72))
        return replace(message, content=header + folded.encode() + b"\r\n" + message.content)

    def _header(self, chosen: list[str], body: bytes, date: datetime) -> bytes:
        """The signature header up to its empty `b=`, which is what is signed."""
        algorithm = "ed25519-sha256" if isinstance(self.key, ed25519.Ed25519PrivateKey) else "rsa-sha256"
        digest = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
        names = ":".join(chosen)
        return (
            f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; t={int(date.timestamp())};\r\n h={names};\r\n bh={digest};\r\n b="
        ).encode()

    def _signature(self, signed: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(signed).digest())
        return self.key.sign(signed, padding.PKCS1v15(), SHA256())


_CURE = "Make one with: openssl genrsa -out dkim.pem 2048"


def _fields(block: bytes) -> dict[str, bytes]:
    """Name in lower case → the relaxed header, as it is signed; the last one where a name comes twice."""
    fields: dict[str, bytes] = {}
    for line in re.split(rb"\r\n(?![ \t])", block.removesuffix(b"\r\n")):
        fields[line.partition(b":")[0].strip().lower().decode("ascii", "replace")] = _relaxed(line)
    return fields


def _relaxed(line: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    name, _, value = line.partition(b":")
    unfolded = _BLANKS.sub(b" ", value.replace(b"\r\n", b""))
    return name.strip().lower() + b":" + unfolded.strip() + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
