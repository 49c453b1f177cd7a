"""The signed token in a one-click address (RFC 8058): names a mail without telling whose it is; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac

_SIGNATURE_BYTES = 16


def token_of(message_id: str, secret: str) -> str:
    """The token of a mail of ours; letters, digits, `-`, `_` and one dot."""
    name = _packed(message_id.encode())
    return f"{name}.{_packed(_signature(name, secret))}"


def message_id_of(token: str, secret: str) -> str | None:
    """The mail that a token was made for; None for a token that we did not make."""
    name, _, signature = token.partition(".")
    try:
        if not hmac.compare_digest(_unpacked(signature), _signature(name, secret)):
            return None
        return _unpacked(name).decode()
    except ValueError:
        return None


def _signature(name: str, secret: str) -> bytes:
    return hashlib.blake2b(
        name.encode(), key=secret.encode()[:64], digest_size=_SIGNATURE_BYTES, person=b"unsubscribe"
    ).digest()


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
