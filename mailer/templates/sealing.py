"""The digest an approval is bound to."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TypedDict

from mailer.model import Attachment, Draft


class Envelope(TypedDict):
    """The parts of a draft that its digest covers beside the words, by their names in it."""

    account: str
    from_: str
    kind: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    unsubscribe: bool


def sealed(draft: Draft) -> Draft:
    """`draft` with its digest."""
    envelope = Envelope(
        account=draft.account,
        from_=draft.from_,
        kind=draft.kind,
        to=draft.to,
        cc=draft.cc,
        bcc=draft.bcc,
        reply_to=draft.reply_to,
        attachments=draft.attachments,
        unsubscribe=draft.unsubscribe,
    )
    return dataclasses.replace(draft, digest=seal(envelope, draft.subject, draft.text, draft.html))


def seal(envelope: Envelope, subject: str, text: str, html: str) -> str:
    """Hex BLAKE2b-256 over envelope, From, subject, both bodies and attachments."""
    files = [(file.name, file.digest, file.media_type, file.content_id) for file in envelope["attachments"]]
    copies = (envelope["cc"], envelope["bcc"], envelope["reply_to"])
    covered = [envelope["account"], envelope["from_"], envelope["kind"], envelope["to"], *copies, files]
    if envelope["unsubscribe"] and envelope["kind"] != "marketing":
        covered.append("unsubscribe")
    parts = [part.encode("utf-8", "surrogatepass") for part in (json.dumps(covered), subject, text, html)]
    return digest_of(b"".join(b"%d:%b" % (len(part), part) for part in parts))


def digest_of(content: bytes) -> str:
    """Hex BLAKE2b-256."""
    return hashlib.blake2b(content, digest_size=32).hexdigest()
