"""Draft ↔ bytes: the rendered words as the ledger keeps them, compressed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from zlib_ng import zlib_ng as zlib

from mailer.model import Attachment, Draft, Problem, Severity, bare_address

#: The first byte tells how the rest is packed, so that a later ledger can pack better and still read this.
_ZLIB_JSON = b"\x01"

#: What a row keeps in columns of its own, or a round knows for all.
_BESIDE = frozenset({"campaign", "round", "account", "step", "person", "copy", "digest"})
#: What follows the JSON as it is, since escaping and unescaping whole letters takes longer than compressing them.
_PLAIN = frozenset({"text", "html"})
_PACKED = tuple(part.name for part in fields(Draft) if part.name not in _BESIDE | _PLAIN)
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_TUPLES = frozenset({"to", "cc", "bcc", "reply_to", "branches"})


def pack(draft: Draft) -> bytes:
    """The words of a draft as bytes."""
    values: dict[str, Any] = {name: getattr(draft, name) for name in _PACKED}
    values["attachments"] = [
        [file.name, file.digest, file.size, file.media_type, file.content_id] for file in draft.attachments
    ]
    values["text"] = len(draft.text)
    plain = f"{_encoded(values)}\n{draft.text}{draft.html}"
    return _ZLIB_JSON + zlib.compress(plain.encode(), 1)


def unpack(packed: bytes, **beside: Any) -> Draft:
    """The draft again; `beside` are the parts that the row keeps in columns (campaign, round, account, …)."""
    head, _, bodies = zlib.decompress(_zlib_json(packed)).decode().partition("\n")
    values = json.loads(head)
    length = values["text"]
    values |= {"text": bodies[:length], "html": bodies[length:]}
    values |= {name: tuple(values[name]) for name in _TUPLES}
    values["attachments"] = tuple(Attachment(*file) for file in values["attachments"])
    return Draft(**values, **beside)


def envelope(packed: bytes) -> tuple[str, tuple[str, ...]]:
    """From and the bare addresses of everybody it goes to, without unpacking the bodies."""
    rest, reading, head = bytes(_zlib_json(packed)), zlib.decompressobj(), b""
    while b"\n" not in head:
        head += reading.decompress(rest, 1024)
        rest = reading.unconsumed_tail
    values = json.loads(head.partition(b"\n")[0].decode())
    return values["from_"], tuple(bare_address(each) for name in ("to", "cc", "bcc") for each in values[name])


def _zlib_json(packed: bytes) -> memoryview:
    if packed[:1] != _ZLIB_JSON:
        raise ValueError("words packed in an unknown way")
    return memoryview(packed)[1:]


def problems_to_json(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Problems as a JSON column keeps them, and as `--json` prints them."""
    return [
        {"where": p.where, "what": p.what, "cure": p.cure, "severity": p.severity.value, "kind": p.kind}
        for p in problems
    ]


def problems_from_json(rows: list[dict[str, str]]) -> tuple[Problem, ...]:
    """The way back."""
    return tuple(
        Problem(row["where"], row["what"], row["cure"], Severity(row["severity"]), row["kind"]) for row in rows
    )
