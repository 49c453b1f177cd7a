"""The bytes of one mail and what we know → one `Incoming`; never raises, and reads a bounded part of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from mailer.mailbox import automatic, complaints, leaving
from mailer.mailbox.dates import back_on
from mailer.mailbox.incoming import Incoming, Kind, Known
from mailer.mailbox.mime import Mail, parse
from mailer.mailbox.notices import is_notice, notices_in
from mailer.mailbox.replies import first_words

_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_ID_LINE = re.compile(r"(?im)^[ \t>]*(?:x-)?(?:original-)?message-id:[ \t]*\n?[ \t]*(<[^<>\s]{3,250}>)")
_IDS_LIMIT = 200


def read(content: bytes, known: Known, *, today: date) -> Incoming:
    """Understand one mail.

    The order is fixed: complaint, server's notice, a wish to leave in its exact form, automatic answer, any other
    wish to leave, a person's reply. A mail is ours if it carries a Message-ID of ours or comes from somebody we
    wrote to; an address that is merely named in it never counts.
    """
    mail = parse(content)
    about = tuple(one for one in dict.fromkeys(_carried_ids(mail)) if one in known.message_ids)
    sender = mail.headers.address("from")
    plain = Incoming(
        Kind.OTHER,
        address=sender,
        subject=mail.headers.readable("subject")[:300],
        message_id=next(iter(_MESSAGE_ID.findall(mail.headers["message-id"])), ""),
        about=about,
        is_ours=bool(about) or (sender in known.written_to and sender not in known.own),
    )
    return _by_kind(mail, plain, known, today)


def _by_kind(mail: Mail, plain: Incoming, known: Known, today: date) -> Incoming:
    if complaints.is_report(mail):
        return replace(plain, kind=Kind.COMPLAINT if complaints.is_complaint(mail) else Kind.REPORT)
    if is_notice(mail):
        notices = notices_in(mail)
        return replace(plain, kind=Kind.NOTICE if notices else Kind.UNCLEAR, notices=notices)
    if leaving.is_exact(mail):
        return replace(plain, kind=Kind.UNSUBSCRIBE)
    if _is_receipt(mail):
        return replace(plain, kind=Kind.OPENED)
    if not mail.leaf("text/calendar") and _is_automatic(mail, plain):
        return _automatic(mail, plain, today)
    return _by_person(mail, plain, known)


def _is_receipt(mail: Mail) -> bool:
    """Whether a mail program tells what it did with our mail, in the form of RFC 8098."""
    stated = mail.parameters.get("report-type", "").lower() == "disposition-notification"
    return stated or bool(mail.leaf("message/disposition-notification", "message/global-disposition-notification"))


def _is_automatic(mail: Mail, plain: Incoming) -> bool:
    return automatic.is_automatic(mail) or (plain.is_ours and automatic.reads_as_automatic(mail))


def _automatic(mail: Mail, plain: Incoming, today: date) -> Incoming:
    words = first_words(mail.text)
    if not automatic.tells_absence(mail):
        return replace(plain, kind=Kind.AUTOMATIC, words=words)
    back = back_on(f"{plain.subject}\n{words}", today)
    return replace(plain, kind=Kind.AUTOMATIC, words=words, is_absence=True, back_on=back)


def _by_person(mail: Mail, plain: Incoming, known: Known) -> Incoming:
    if plain.address in known.own or not plain.is_ours or (not plain.about and _is_bulk(mail)):
        return plain
    words = first_words(mail.text)
    if leaving.is_wish(mail):
        return replace(plain, kind=Kind.UNSUBSCRIBE, words=words)
    if not plain.address:
        return replace(plain, kind=Kind.UNCLEAR)
    return replace(plain, kind=Kind.REPLY, words=words)


def _is_bulk(mail: Mail) -> bool:
    """Whether it went to many: a newsletter of somebody we wrote to is no answer."""
    bulk = mail.headers["precedence"].strip().lower() in {"bulk", "list", "junk"}
    return bulk or "list-unsubscribe" in mail.headers or "list-id" in mail.headers


def _carried_ids(mail: Mail) -> Iterator[str]:
    """Yield the Message-IDs that the mail refers to: in its own headers first, then in what it returns."""
    found: list[str] = []
    for name in ("in-reply-to", "references"):
        found += _MESSAGE_ID.findall(mail.headers[name])[::-1]
    for inner in mail.walk():
        found += _MESSAGE_ID.findall(inner.headers["message-id"])
        found += _ID_LINE.findall(inner.text)
    found += _ID_LINE.findall(mail.text)
    yield from found[:_IDS_LIMIT]
