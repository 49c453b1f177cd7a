"""A delivery's draft → the exact bytes of its message, with its envelope; pure.

The standard library's composer is two hundred times slower, folds machine headers into encoded words, and let
a cell with an encoded line break become a header of its own; so the few shapes of mail that we send are written
here, and every header block is read again before it leaves. The tests read all of it with the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote

from mailer.compose import headers
from mailer.compose.parts import file_part, multipart, text_part
from mailer.errors import MailerError
from mailer.model import Attachment, Delivery, Draft, Message

_LONGEST_LINE = 998


def compose(
    delivery: Delivery,
    *,
    attachments: Mapping[str, bytes],
    date: datetime,
    eight_bit: bool = False,
    one_click: str = "",
) -> Message:
    """Compose a message, dated `date`; `attachments` gives the bytes by digest.

    `eight_bit` where the transport takes 8-bit content; `one_click` is the https address at which the recipient
    of a mail that says how to leave does so. Raises MailerError where the result would not say what the draft says.
    """
    draft = delivery.draft
    block = _header_block(delivery, date, one_click)
    body = _body(draft, delivery.message_id, attachments, eight_bit=eight_bit)
    return Message(
        mail_from=headers.split_mailbox(draft.from_)[1],
        rcpt_to=_recipients(draft),
        message_id=delivery.message_id,
        content=block + body,
    )


def _recipients(draft: Draft) -> tuple[str, ...]:
    """Everybody the message goes to, once each; Bcc exists only here."""
    if not (draft.cc or draft.bcc) and len(draft.to) == 1:
        return (headers.split_mailbox(draft.to[0])[1],)
    everybody = (headers.split_mailbox(text)[1] for text in (*draft.to, *draft.cc, *draft.bcc))
    return tuple({address.casefold(): address for address in everybody}.values())


def _header_block(delivery: Delivery, date: datetime, one_click: str) -> bytes:
    lines = _header_lines(delivery, date, one_click)
    block = "".join(lines).encode("utf-8")
    _reread(block, [line.partition(":")[0].encode() for line in lines])
    return block


def _header_lines(delivery: Delivery, date: datetime, one_click: str) -> list[str]:
    draft = delivery.draft
    lines = [headers.structured("From", [headers.mailbox(draft.from_)])]
    for name, people in (("To", draft.to), ("Cc", draft.cc), ("Reply-To", draft.reply_to)):
        if people:
            lines.append(headers.structured(name, [headers.mailbox(text) for text in people], ","))
    lines += [
        headers.unstructured("Subject", draft.subject),
        f"Date: {_date(date.isoformat(timespec='seconds'))}\r\n",
        f"Message-ID: {headers.message_id(delivery.message_id)}\r\n",
    ]
    if delivery.references:
        thread = [headers.message_id(text) for text in delivery.references]
        lines += [f"In-Reply-To: {thread[-1]}\r\n", headers.structured("References", thread)]
    if draft.unsubscribe or draft.kind == "marketing":
        lines += _ways_out(draft, one_click)
    return [*lines, "MIME-Version: 1.0\r\n"]


def _ways_out(draft: Draft, one_click: str) -> list[str]:
    """A mail to us takes the recipient off (RFC 2369 section 3.2), or one click, where that is hosted (RFC 8058)."""
    to = headers.split_mailbox(draft.from_)[1]
    by_mail = f"<mailto:{quote(to, safe='@')}?subject=unsubscribe>"
    if not one_click:
        return [f"List-Unsubscribe: {by_mail}\r\n"]
    return [
        f"List-Unsubscribe: <{one_click}>, {by_mail}\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ]


@lru_cache(maxsize=16)
def _date(iso: str) -> str:
    """The Date header of that moment; told by its text, since a moment equals itself in every zone."""
    return format_datetime(datetime.fromisoformat(iso))


def _reread(block: bytes, names: list[bytes]) -> None:
    """Read the header block again: the headers we meant, no others, every line whole and short enough."""
    *lines, end = block.split(b"\r\n")
    found = [line.partition(b":")[0] for line in lines if not line.startswith(b" ")]
    is_sound = not end and block.count(b"\r") == block.count(b"\n") == len(lines) and b"\0" not in block
    if found != names or not is_sound or max(map(len, lines)) > _LONGEST_LINE:
        raise MailerError("The headers of this mail would not be read as they are meant; it is not sent.")


def _body(draft: Draft, message_id: str, attachments: Mapping[str, bytes], *, eight_bit: bool) -> bytes:
    """The Content-Type headers and all that follows; boundaries come from the Message-ID, so nobody can guess them."""
    mark = blake2b(message_id.encode(), digest_size=12).hexdigest().encode()
    images, files = _file_parts(draft, attachments)
    parts = [text_part(draft.text, "plain", eight_bit=eight_bit)]
    if draft.html:
        html = text_part(draft.html, "html", eight_bit=eight_bit)
        parts.append(multipart("related", b"=_related_" + mark, [html, *images]))
    body = multipart("alternative", b"=_alternative_" + mark, parts)
    return multipart("mixed", b"=_mixed_" + mark, [body, *files])


def _file_parts(draft: Draft, attachments: Mapping[str, bytes]) -> tuple[list[bytes], list[bytes]]:
    images = [_file(a, attachments) for a in draft.attachments if a.content_id and draft.html]
    files = [_file(a, attachments) for a in draft.attachments if not (a.content_id and draft.html)]
    return images, files


def _file(attachment: Attachment, attachments: Mapping[str, bytes]) -> bytes:
    try:
        return file_part(attachment, attachments[attachment.digest])
    except KeyError as error:
        raise MailerError(f"The bytes of the attachment {attachment.name} are not there.") from error
