"""The same mail made by the standard library: what our composer is compared with, header by header, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import format_datetime, getaddresses

from mailer.compose.headers import cleaned, split_mailbox
from mailer.model import Delivery


def slow_compose(delivery: Delivery, *, attachments: Mapping[str, bytes], date: datetime) -> EmailMessage:
    """The delivery as a message of the library."""
    draft = delivery.draft
    message = EmailMessage(policy=SMTP)
    message.set_content(draft.text, cte="quoted-printable")
    if draft.html:
        message.add_alternative(draft.html, subtype="html", cte="quoted-printable")
        for image in (a for a in draft.attachments if a.content_id):
            maintype, _, subtype = image.media_type.partition("/")
            message.get_payload()[-1].add_related(
                attachments[image.digest], maintype, subtype, cid=f"<{image.content_id}>", filename=image.name
            )
    for file in (a for a in draft.attachments if not (a.content_id and draft.html)):
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(attachments[file.digest], maintype, subtype, filename=file.name)
    return message


def headers_meant(delivery: Delivery, date: datetime) -> list[tuple[str, object]]:
    """Name and meaning of every header that the delivery asks for, in our order."""
    draft = delivery.draft
    meant: list[tuple[str, object]] = [("From", [split_mailbox(draft.from_)])]
    for name, people in (("To", draft.to), ("Cc", draft.cc), ("Reply-To", draft.reply_to)):
        if people:
            meant.append((name, [split_mailbox(person) for person in people]))
    meant += [("Subject", cleaned(draft.subject)), ("Date", format_datetime(date)), ("Message-ID", delivery.message_id)]
    if delivery.references:
        meant += [("In-Reply-To", delivery.references[-1]), ("References", " ".join(delivery.references))]
    return [*meant, ("MIME-Version", "1.0")]


def headers_read(content: bytes) -> list[tuple[str, object]]:
    """Name and meaning of every header of a message, as the library reads it, without those of the body."""
    message = message_from_bytes(content, policy=default)
    raw = message_from_string(content.decode("utf-8"))
    assert not message.defects
    return [(name, _meaning(name, value, raw)) for name, value in message.items() if not name.startswith("Content-")]


def _meaning(name: str, value: str, raw: Message) -> object:
    if name in {"From", "To", "Cc", "Reply-To"}:
        return _people(raw[name])
    return " ".join(value.split()) if name == "References" else value


def _people(raw: str) -> list[tuple[str, str]]:
    """Names and addresses, by the older parser: the newer one puts spaces between the words of a long name."""
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([raw])]


def parts_of(message: EmailMessage) -> list[tuple[str, str | None, str | None, str | bytes]]:
    """Type, file name, content id and content of every part, containers included, in order."""
    return [
        (
            part.get_content_type(),
            part.get_filename(),
            part["Content-ID"],
            "" if part.is_multipart() else _content(part),
        )
        for part in message.walk()
    ]


def _content(part: EmailMessage) -> str | bytes:
    content = part.get_content()
    return content.replace("\r\n", "\n").rstrip("\n") if isinstance(content, str) else content


def parse(content: bytes) -> EmailMessage:
    """Our bytes, read by the library."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message
