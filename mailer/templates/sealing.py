"""The digest an approval is bound to."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from mailer.model import Draft


def sealed(draft: Draft) -> Draft:
    """`draft` with its digest: hex BLAKE2b-256 over envelope, From, subject, both bodies and attachments."""
    files = [(file.name, file.digest, file.media_type, file.content_id) for file in draft.attachments]
    envelope = [draft.account, draft.from_, draft.kind, draft.to, draft.cc, draft.bcc, draft.reply_to, files]
    if draft.unsubscribe and draft.kind != "marketing":
        envelope.append("unsubscribe")
    seal = hashlib.blake2b(digest_size=32)
    for part in (json.dumps(envelope), draft.subject, draft.text, draft.html):
        content = part.encode("utf-8", "surrogatepass")
        seal.update(b"%d:" % len(content))
        seal.update(content)
    return dataclasses.replace(draft, digest=seal.hexdigest())


def digest_of(content: bytes) -> str:
    """Hex BLAKE2b-256."""
    return hashlib.blake2b(content, digest_size=32).hexdigest()
