"""Bodies and files → MIME parts as bytes: their own headers, a blank line, and CRLF content; pure.

Text leaves as it is where the server takes 8 bits: smallest, fastest, and readable in any raw view. Elsewhere,
and for lines past the limit, it is quoted-printable, which stays half readable and which spam filters like
better than base64 text. Files are always base64.
"""

from __future__ import annotations

from binascii import b2a_base64, b2a_qp
from functools import lru_cache

from mailer.compose.headers import file_name
from mailer.errors import MailerError
from mailer.model import Attachment

#: RFC 5322 2.1.1: no line is longer, CRLF not counted.
_LONGEST_LINE = 998
#: RFC 2045 6.8: base64 lines.
_BASE64_LINE = 76


def text_part(text: str, subtype: str, *, eight_bit: bool) -> bytes:
    """A text/plain or text/html part."""
    try:
        body = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MailerError("The words hold half a character and cannot be sent.") from error
    body = _crlf(body)
    encoding = b"7bit" if body.isascii() else b"8bit" if eight_bit else b"quoted-printable"
    if _has_long_line(body):
        encoding = b"quoted-printable"
    if encoding == b"quoted-printable":
        body = b2a_qp(body, istext=True)
    return b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (
        subtype.encode(),
        encoding,
        body,
    )


def _has_long_line(body: bytes) -> bool:
    start = 0
    while len(body) - start > _LONGEST_LINE:
        end = body.rfind(b"\n", start, start + _LONGEST_LINE + 2)
        if end < 0:
            return True
        start = end + 1
    return False


def _crlf(body: bytes) -> bytes:
    """The body with CRLF line ends only, one at its end, and without NUL (RFC 5321 section 2.3.8)."""
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    body = body.replace(b"\n", b"\r\n").replace(b"\0", b"")
    return body if body.endswith(b"\r\n") else body + b"\r\n"


@lru_cache(maxsize=4)
def file_part(attachment: Attachment, content: bytes) -> bytes:
    """An attachment or an inline image; the latest few stay encoded, since most mails of a round share them."""
    media_type = attachment.media_type if attachment.media_type.isascii() else "application/octet-stream"
    disposition = "inline" if attachment.content_id else "attachment"
    lines = [
        f"Content-Type: {media_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition}{file_name(attachment.name)}",
    ]
    if attachment.content_id:
        lines.append(f"Content-ID: <{attachment.content_id}>")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + _base64(content)


def _base64(content: bytes) -> bytes:
    encoded = b2a_base64(content, newline=False)
    starts = range(0, len(encoded), _BASE64_LINE)
    return b"".join([encoded[start : start + _BASE64_LINE] + b"\r\n" for start in starts])


def multipart(subtype: str, boundary: bytes, parts: list[bytes]) -> bytes:
    """Several parts as one; a single part stays itself."""
    if len(parts) == 1:
        return parts[0]
    opening = b"--%b\r\n" % boundary
    return b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n%b%b\r\n--%b--\r\n' % (
        subtype.encode(),
        boundary,
        opening,
        (b"\r\n" + opening).join(parts),
        boundary,
    )
